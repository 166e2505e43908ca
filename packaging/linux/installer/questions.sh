# The questions of an installation that is not silent, and the defaults.

# Reads what the installation in the folder was installed with, if there is one.
read_previous_installation() {
  upgrade=no
  if [ -z "$install_dir" ] && [ "$silent" = no ]; then
    ask 'Where should it be installed?' "$default_dir"
    check_install_dir "$answer" 'install directory'
    install_dir=$checked_dir
  fi
  install_dir=${install_dir:-$default_dir}
  set_paths
  created_user=no
  created_group=no
  [ ! -f "$accounts_file" ] || read_record "$accounts_file"
  [ -f "$record_file" ] || return 0
  upgrade=yes
  # the record gives the defaults; flags of this run come after it
  given="service_user='$service_user' log_group='$log_group' create_init_script='$create_init_script' enable_selinux='$enable_selinux'"
  read_record "$record_file"
  default_user=$service_user
  default_group=$log_group
  default_init=$create_init_script
  default_selinux=$enable_selinux
  eval "$given"
}

is_upgrade() {
  [ "$upgrade" = yes ]
}

ask_questions() {
  decide service_user 'Which account should run it? It is created if missing.' "$default_user"
  check_account "$service_user" 'service user'
  if [ -n "$default_group" ]; then
    decide log_group 'Which group may read the logs? It is created if missing.' "$default_group"
    check_account "$log_group" 'log group'
  fi
  decide create_init_script 'Should it start at boot? (yes/no)' "${default_init:-yes}"
  check_yes_or_no "$create_init_script" 'start at boot'
  decide_selinux
}

# decide VARIABLE QUESTION DEFAULT
decide() {
  eval "current=\$$1"
  [ -z "$current" ] || return 0
  answer=$3
  [ "$silent" = yes ] || ask "$2" "$3"
  eval "$1=\$answer"
}

# The answer is in $answer; an empty line takes the default.
ask() {
  printf '%s [%s] ' "$1" "$2"
  if ! read -r answer; then
    printf '\n'
    fail "no answer, since the input has ended; use --silent to take the defaults"
  fi
  answer=${answer:-$2}
}

print_plan() {
  if is_upgrade; then
    say "would upgrade the $title in $install_dir from $(current_release) to $version"
  else
    say "would install the $title $version"
  fi
  say "  install directory   $install_dir"
  say "  service user        $service_user"
  [ -z "$log_group" ] || say "  log group           $log_group"
  say "  start at boot       $create_init_script"
  [ -z "$log_group" ] || say "  SELinux module      $enable_selinux"
}
