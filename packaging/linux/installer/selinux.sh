# The SELinux policy module: under SELinux in enforcing mode, systemd starts the proxy only with it.
module=countersign_authproxy

# Enforcing, Permissive or Disabled; the last also where there is no SELinux.
selinux_mode() {
  getenforce 2> /dev/null || echo Disabled
}

decide_selinux() {
  is_proxy || return 0
  mode=$(selinux_mode)
  if [ "$mode" = Disabled ]; then
    [ "$enable_selinux" != yes ] || fail '--enable-selinux yes: SELinux is not enabled on this machine; leave the flag out, or write no'
    enable_selinux=no
    return 0
  fi
  default=${default_selinux:-no}
  if ! is_upgrade && [ "$mode" = Enforcing ]; then default=yes; fi
  decide enable_selinux "SELinux is in $mode mode. Should its policy module be loaded? (yes/no)" "$default"
  check_yes_or_no "$enable_selinux" 'SELinux module'
  if [ "$enable_selinux" = yes ]; then
    need_program semodule policycoreutils policycoreutils
    need_program restorecon policycoreutils policycoreutils
  elif [ "$mode" = Enforcing ]; then
    warn "SELinux is enforcing: without the policy module, systemd can't start the proxy"
  else
    warn "SELinux is permissive: the proxy starts without the policy module, but no longer once SELinux is enforcing"
  fi
}

# The module with file contexts for the folder of this installation, which are regular expressions.
print_policy_module() {
  pattern=$(printf %s "$install_dir" | sed 's/\./\\\\./g')
  sed "s|@INSTALL_DIR@|$pattern|g" "$source_dir/selinux/$module.cil"
}

install_selinux_module() {
  is_proxy && [ "$enable_selinux" = yes ] || return 0
  policy=$(mktemp -d)
  print_policy_module > "$policy/$module.cil"
  loaded=no
  semodule --list-modules 2> /dev/null | grep -q "^$module\$" && loaded=yes
  [ "$loaded" = yes ] || on_failure "semodule --remove $module"
  if ! semodule --install "$policy/$module.cil"; then
    rm -rf "$policy"
    fail "the SELinux policy module can't be loaded; see the message above, or use --enable-selinux no"
  fi
  rm -rf "$policy"
  restorecon -R "$install_dir"
}

remove_selinux_module() {
  [ "$enable_selinux" = yes ] || return 0
  semodule --remove "$module" || warn "the SELinux module $module can't be removed"
}

print_selinux_steps() {
  [ "$enable_selinux" = yes ] || return 0
  say 'The SELinux module is loaded. A proxy that listens on a port other than 1812, 1645 or one above 1023 needs'
  say '  semanage port -a -t radius_port_t -p udp PORT'
}
