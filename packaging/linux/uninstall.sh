#!/bin/sh
# Removes the installation that this program belongs to. Run as root; --help lists the flags.
set -eu
umask 022
self=$(readlink -f "$0")
source_dir=${self%/*}
parts=$source_dir/installer
. "$parts/product.sh"
. "$parts/messages.sh"
. "$parts/arguments.sh"
. "$parts/questions.sh"
. "$parts/records.sh"
. "$parts/layout.sh"
. "$parts/undo.sh"
. "$parts/accounts.sh"
. "$parts/boot.sh"
. "$parts/selinux.sh"

keep_conf=
keep_log=
keep_data=

print_usage() {
  cat <<USAGE
Usage: $install_dir/uninstall [flags]

Stops and removes the $title. It removes the accounts that the installer created, unless files of theirs are kept.

  --keep-conf yes|no   keep $config_dir (default: yes)
USAGE
  if is_proxy; then
    say "  --keep-log yes|no    keep $log_dir (default: yes)"
  else
    say "  --keep-data yes|no   keep $data_dir (default: yes)"
  fi
  cat <<USAGE
  --silent             ask nothing
  --help               print this
USAGE
}

parse_uninstall_arguments() {
  while [ $# -gt 0 ]; do
    flag=$1
    shift
    case $flag in
      --silent) silent=yes; continue ;;
      --help | -h) print_usage; exit 0 ;;
      --*=*) value=${flag#*=}; flag=${flag%%=*} ;;
      --keep-conf | --keep-log | --keep-data)
        [ $# -gt 0 ] || fail "$flag needs a value: yes or no"
        value=$1
        shift
        ;;
      *) fail "unknown argument '$flag'; see --help" ;;
    esac
    check_yes_or_no "$value" "$flag"
    case $flag in
      --keep-conf) keep_conf=$value ;;
      --keep-log) is_proxy || fail "unknown argument '$flag'; see --help"; keep_log=$value ;;
      --keep-data) ! is_proxy || fail "unknown argument '$flag'; see --help"; keep_data=$value ;;
      *) fail "unknown argument '$flag'; see --help" ;;
    esac
  done
}

# remove_or_keep FOLDER yes|no
remove_or_keep() {
  [ -e "$1" ] || return 0
  if [ "$2" = yes ]; then
    kept="$kept $1"
  else
    rm -rf "$1"
  fi
}

install_dir=$(readlink -f "$source_dir/../..")
set_paths
parse_uninstall_arguments "$@"
[ -f "$record_file" ] || fail "$install_dir is not an installation of $product: $record_file is missing"
[ "$(id -u)" = 0 ] || fail 'run it as root'
read_record "$record_file"
decide keep_conf "Keep the configuration in $config_dir? (yes/no)" yes
check_yes_or_no "$keep_conf" 'keep the configuration'
if is_proxy; then
  decide keep_log "Keep the logs in $log_dir? (yes/no)" yes
  check_yes_or_no "$keep_log" 'keep the logs'
else
  decide keep_data "Keep the data in $data_dir? (yes/no)" yes
  check_yes_or_no "$keep_data" 'keep the data'
fi

! is_running || stop_program
remove_boot_entry
remove_selinux_module
kept=
remove_or_keep "$config_dir" "$keep_conf"
if is_proxy; then
  remove_or_keep "$log_dir" "$keep_log"
  rm -rf "$run_dir"
else
  remove_or_keep "$data_dir" "$keep_data"
fi
rm -f "$install_dir/bin" "$install_dir/doc" "$install_dir/uninstall" "$current_link" "$record_file" "$record_file.old"
rm -rf "$releases_dir"
rm -f "/var/log/$product.console.log"
if [ -z "$kept" ]; then
  remove_accounts
  rmdir "$install_dir" 2> /dev/null || true
  say "$product is removed"
else
  say "$product is removed; kept:$kept"
  if [ "$created_user $created_group" != 'no no' ]; then
    printf "created_user='%s'\ncreated_group='%s'\n" "$created_user" "$created_group" > "$accounts_file"
    say "the accounts are kept, since these files belong to them"
  fi
fi
