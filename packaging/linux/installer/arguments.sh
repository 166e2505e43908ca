# The flags of ./install. An empty value means: ask, or take the default.
install_dir=
service_user=
log_group=
create_init_script=
enable_selinux=
silent=no
dry_run=no

print_usage() {
  cat <<USAGE
Usage: ./install [flags]

Installs the $title, or upgrades it and keeps its configuration and logs.

  --install-dir DIR              where it is installed (default: $default_dir)
  --service-user USER            account that runs it; created if missing (default: $default_user)
USAGE
  [ -z "$default_group" ] || cat <<USAGE
  --log-group GROUP              group that may read the logs; created if missing (default: $default_group)
USAGE
  cat <<USAGE
  --create-init-script yes|no    start it at boot, by systemd or else an init script (default: yes)
USAGE
  [ -z "$default_group" ] || cat <<USAGE
  --enable-selinux yes|no        load the SELinux policy module (default: yes if SELinux is enforcing)
USAGE
  cat <<USAGE
  --silent                       ask nothing; take the defaults for flags that are not given
  --dry-run                      print what would be installed, and change nothing
  --help                         print this

--flag=VALUE works too. An upgrade takes its defaults from the installation that it replaces.
USAGE
}

parse_arguments() {
  while [ $# -gt 0 ]; do
    flag=$1
    shift
    case $flag in
      --silent) silent=yes; continue ;;
      --dry-run) dry_run=yes; continue ;;
      --help | -h) print_usage; exit 0 ;;
      --*=*) value=${flag#*=}; flag=${flag%%=*} ;;
      --install-dir | --service-user | --log-group | --create-init-script | --enable-selinux)
        [ $# -gt 0 ] || fail "$flag needs a value; see ./install --help"
        value=$1
        shift
        ;;
      *) fail "unknown argument '$flag'; see ./install --help" ;;
    esac
    [ -n "$value" ] || fail "$flag needs a value; see ./install --help"
    set_flag "$flag" "$value"
  done
}

set_flag() {
  case $1 in
    --install-dir) check_install_dir "$2" "$1"; install_dir=$checked_dir ;;
    --service-user) check_account "$2" "$1"; service_user=$2 ;;
    --create-init-script) check_yes_or_no "$2" "$1"; create_init_script=$2 ;;
    --log-group | --enable-selinux)
      [ -n "$default_group" ] || fail "$1 is a flag of the authentication proxy; see ./install --help"
      if [ "$1" = --log-group ]; then
        check_account "$2" "$1"
        log_group=$2
      else
        check_yes_or_no "$2" "$1"
        enable_selinux=$2
      fi
      ;;
    *) fail "unknown argument '$1'; see ./install --help" ;;
  esac
}

# The path stands in a unit file, an init script and SELinux file contexts, hence the few characters.
check_install_dir() {
  checked_dir=$1
  while [ "$checked_dir" != / ] && [ "${checked_dir%/}" != "$checked_dir" ]; do
    checked_dir=${checked_dir%/}
  done
  case $checked_dir in
    /*[!A-Za-z0-9._/-]*) fail "$2 $1: only letters, digits, '.', '_', '-' and '/' may be in the path" ;;
    */../* | */.. | */./* | */. | *//*) fail "$2 $1: write the path without '.', '..' and '//'" ;;
    / | /bin | /boot | /dev | /etc | /home | /lib | /lib64 | /opt | /proc | /root | /run | /sbin | /srv | /sys | /tmp | /usr | /usr/local | /var)
      fail "$2 $1: choose a folder of its own, such as $default_dir" ;;
    /*) ;;
    *) fail "$2 $1: write an absolute path, such as $default_dir" ;;
  esac
}

check_account() {
  case $1 in
    root) fail "$2 root: choose an account without privileges, such as $default_user" ;;
    [!a-z_]* | *[!a-z0-9_-]*)
      fail "$2 $1: write a name of small letters, digits, '_' and '-' that begins with a letter or '_'" ;;
  esac
  [ ${#1} -le 31 ] || fail "$2 $1: the name has more than 31 characters"
}

check_yes_or_no() {
  case $1 in
    yes | no) ;;
    *) fail "$2 $1: write yes or no" ;;
  esac
}
