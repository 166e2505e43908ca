# The files that one run of the installer leaves for the next. They are read, never executed.

# Whether only root can change a file or folder: it belongs to root, and so do the folders above it.
# Links are refused: use readlink -f for a folder that may be behind one.
is_roots_own() {
  [ -z "$(find "$1" -maxdepth 0 \( ! -uid 0 -o -perm /022 \) 2>&1)" ] || return 1
  above=$1
  while above=${above%/*}; [ -n "$above" ]; do
    # in a folder such as /tmp, nobody can rename what is root's
    [ -z "$(find "$above" -maxdepth 0 \( ! -uid 0 -o -perm -002 ! -perm -1000 \) 2>&1)" ] || return 1
  done
}

# Sets the variables that a record names: read_record FILE
read_record() {
  record=$(readlink -f "${1%/*}")/${1##*/}
  { is_roots_own "$record" && is_roots_own "${record%/*}"; } ||
    fail "$1 may have been written by another account than root; see that its lines are right, then give it and its folder to root, with no write permission for others"
  number=0
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case $line in '' | '#'*) continue ;; esac
    name=${line%%=*}
    value=${line#*=}
    value=${value#\'}
    value=${value%\'}
    case $name in
      service_user | log_group | create_init_script | enable_selinux | created_user | created_group) ;;
      *) fail "$1 line $number: this is not a line of a record" ;;
    esac
    # the characters of accounts, and of yes and no
    case $value in
      *[!a-z0-9_-]*) fail "$1 line $number: the value of $name has characters that no account has" ;;
    esac
    eval "$name=\$value"
  done < "$record"
}
