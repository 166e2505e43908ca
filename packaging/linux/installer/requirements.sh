# What the machine must have, checked before anything is changed.

version=$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$source_dir/package.json")

check_root() {
  [ "$(id -u)" = 0 ] || fail 'run it as root; --dry-run needs no root'
}

# Starts the runtime: the surest check of processor, C library and libstdc++.
check_runtime() {
  [ -n "$version" ] || fail "$source_dir is not complete; unpack the archive again"
  problem=$("$source_dir/runtime/node" --version 2>&1) && return 0
  case $problem in
    *libstdc++* | *libgcc*)
      fail "libstdc++ is missing or too old; run: $(install_command libstdc++6 libstdc++)" ;;
    *GLIBC_*) fail 'the C library is older than glibc 2.28; a newer distribution is needed (Debian 10, RHEL 8, Ubuntu 20.04 or later)' ;;
    *'ot found'* | *'o such file'*)
      fail 'the runtime needs glibc, which this distribution does not have (Alpine Linux, for example, has another C library)' ;;
    *'ormat error'*) fail "the package is for x86-64 processors; this machine is $(uname -m)" ;;
    *) fail "the runtime does not start: $problem" ;;
  esac
}

# install_command DEBIAN-NAME RPM-NAME
install_command() {
  if command -v apt-get > /dev/null; then
    echo "apt-get install $1"
  elif command -v dnf > /dev/null; then
    echo "dnf install $2"
  else
    echo "yum install $2"
  fi
}

need_program() {
  command -v "$1" > /dev/null || fail "$1 is missing; run: $(install_command "$2" "$3")"
}

# Refuses to install over files of another program.
check_answers() {
  if ! is_upgrade && [ -d "$install_dir" ] && [ -n "$(find "$install_dir" ! -type d ! -path "$config_dir/*" ! -path "$log_dir/*" ! -path "$accounts_file" 2> /dev/null | head -n 1)" ]; then
    fail "$install_dir has files that are not of $product; choose another --install-dir"
  fi
}

check_conflicts() {
  # links that another account has put there would lead root to other files
  [ ! -d "$install_dir" ] || is_roots_own "$(readlink -f "$install_dir")" ||
    fail "$install_dir, or a folder above it, can be changed by another account than root; give it to root with mode 755, or choose another --install-dir"
  need_program setpriv util-linux util-linux
  id "$service_user" > /dev/null 2>&1 || need_program useradd passwd shadow-utils
  if [ -e "/lib/systemd/system/$product.service" ] || [ -e "/usr/lib/systemd/system/$product.service" ]; then
    fail "the package $product is installed; upgrade or remove it with the package manager"
  fi
  for entry in "$unit_file" "$init_file"; do
    [ -e "$entry" ] && ! grep -q "[= ]$install_dir/current/" "$entry" || continue
    fail "$entry starts another installation; run its uninstall first, or use --create-init-script no"
  done
}
