#!/bin/sh
# Installs or upgrades the product that this folder holds. Run as root; ./install --help lists the flags.
set -eu
umask 022
source_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
parts=$source_dir/installer
. "$parts/product.sh"
. "$parts/messages.sh"
. "$parts/arguments.sh"
. "$parts/requirements.sh"
. "$parts/layout.sh"
. "$parts/undo.sh"
. "$parts/accounts.sh"
. "$parts/releases.sh"
. "$parts/boot.sh"
. "$parts/selinux.sh"
. "$parts/questions.sh"
. "$parts/records.sh"

parse_arguments "$@"
check_runtime
read_previous_installation
ask_questions
check_answers
if [ "$dry_run" = yes ]; then
  print_plan
  exit 0
fi
check_root
check_conflicts

undo_on_failure
was_running=no
if is_upgrade && is_running; then
  was_running=yes
  # undone last, when everything else is as it was
  on_failure start_again
fi
create_accounts
create_folders
copy_release
write_configuration
is_upgrade && check_configuration
install_selinux_module
save_data
switch_to_release
create_links
install_boot_entry
record_installation
[ "$was_running" = no ] || restart_or_fail
undo_is_over
remove_old_releases
print_next_steps
