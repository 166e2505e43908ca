# Starting at boot and by hand: a systemd unit, or an init script where systemd does not run.

has_systemd() {
  [ -d /run/systemd/system ]
}

install_boot_entry() {
  [ "$create_init_script" = yes ] || return 0
  if has_systemd; then
    on_failure 'systemctl daemon-reload'
    install_from_template "$parts/systemd.service" "$unit_file" 0644
    systemctl daemon-reload
    if ! systemctl --quiet is-enabled "$product" 2> /dev/null; then
      systemctl --quiet enable "$product"
      on_failure "systemctl --quiet disable '$product' 2> /dev/null || true"
    fi
  else
    install_from_template "$parts/init.sh" "$init_file" 0755
    if command -v update-rc.d > /dev/null; then
      on_failure "is_upgrade || update-rc.d '$product' remove > /dev/null"
      update-rc.d "$product" defaults > /dev/null
    elif command -v chkconfig > /dev/null; then
      on_failure "is_upgrade || chkconfig --del '$product'"
      chkconfig --add "$product"
    else
      warn "neither update-rc.d nor chkconfig is here: link $init_file into your runlevels"
    fi
  fi
}

# install_from_template TEMPLATE FILE MODE
install_from_template() {
  if [ -e "$2" ]; then
    cp -p "$2" "$2.old"
    on_failure "mv '$2.old' '$2'"
  else
    mkdir -p "${2%/*}"
    on_failure "rm -f '$2'"
  fi
  fill_template "$1" > "$2.new"
  chmod "$3" "$2.new"
  mv "$2.new" "$2"
}

remove_boot_entry() {
  if [ -e "$unit_file" ]; then
    systemctl --quiet disable "$product" 2> /dev/null || true
    rm -f "$unit_file"
    ! has_systemd || systemctl daemon-reload
  fi
  if [ -e "$init_file" ]; then
    rm -f "$init_file"
    if command -v update-rc.d > /dev/null; then
      update-rc.d "$product" remove > /dev/null
    elif command -v chkconfig > /dev/null; then
      chkconfig --del "$product"
    fi
  fi
}

has_boot_entry() {
  if has_systemd; then [ -e "$unit_file" ]; else [ -e "$init_file" ]; fi
}

is_running() {
  has_boot_entry || return 1
  if has_systemd; then
    systemctl --quiet is-active "$product"
  else
    "$init_file" status > /dev/null 2>&1
  fi
}

# Both wait until it is ready: the unit by its notification, the init script by asking.
start_or_restart() {
  if has_systemd; then
    systemctl reset-failed "$product" 2> /dev/null || true
    systemctl restart "$product"
  else
    "$init_file" restart
  fi
}

stop_program() {
  if has_systemd; then
    systemctl stop "$product"
  else
    "$init_file" stop > /dev/null
  fi
}

# Whether the running program was stopped for the upgrade.
disturbed=no

restart_or_fail() {
  disturbed=yes
  say "restarting $product"
  start_or_restart > /dev/null 2>&1 || fail "$version does not start; the end of its log:
$(print_log_end)"
  # a program that ends right after its start is not running either
  sleep 1
  is_running || fail "$version ended after its start; the end of its log:
$(print_log_end)"
}

print_log_end() {
  if has_systemd; then
    journalctl --quiet --unit="$product" --lines=8 --output=cat --no-pager 2> /dev/null ||
      systemctl status --no-pager --lines=5 "$product" || true
  else
    tail -n 15 "/var/log/$product.console.log" 2> /dev/null || true
  fi
}

# After a failed upgrade, when link and unit are those of the version before.
start_again() {
  [ "$disturbed" = yes ] || return 0
  if start_or_restart > /dev/null 2>&1; then
    say "$product $(current_release) runs again" >&2
  elif ! is_proxy && [ -e "${backup:-}" ]; then
    # the new version may have changed the database before it failed
    stop_program
    as_service_user "$current_link/bin/countersign" restore --force --data "$data_dir" "$backup" > /dev/null &&
      start_or_restart && say "$product $(current_release) runs again, with the data from before the upgrade" >&2
  else
    warn "$product $(current_release) does not start either; the end of its log:
$(print_log_end)"
  fi
}

print_next_steps() {
  say ''
  if is_upgrade; then
    say "$title was upgraded from $previous to $release in $install_dir."
    if [ "$was_running" = no ]; then say "It was not running as a service, and was not started."; fi
    say "The version before is kept in $releases_dir/$previous."
    return 0
  fi
  say "$title $version was installed in $install_dir."
  print_selinux_steps
  say ''
  say 'Next:'
  say "  edit $config_file"
  if is_proxy; then
    say "  $install_dir/bin/authproxy_connectivity_tool       # says what is wrong with it"
  fi
  if [ "$create_init_script" = no ]; then
    say "  start $install_dir/bin/$program as the user $service_user"
  elif has_systemd; then
    say "  systemctl start $product"
  else
    say "  $init_file start"
  fi
  vendor_config=/opt/duoauthproxy/conf/authproxy.cfg
  if is_proxy && [ -f "$vendor_config" ]; then
    say ''
    say "There is a configuration of the Duo Authentication Proxy, which works here too. To use it, stop that"
    say 'proxy, since both listen on the same ports, and copy the file:'
    say "  install -o $service_user -m 0600 $vendor_config $config_file"
  fi
}
