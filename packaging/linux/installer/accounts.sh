# The service user and the log group; the installer remembers which of them it created.

create_accounts() {
  if [ -n "$log_group" ] && ! getent group "$log_group" > /dev/null; then
    groupadd --system "$log_group"
    on_failure "groupdel '$log_group'"
    created_group=yes
  fi
  if ! id "$service_user" > /dev/null 2>&1; then
    shell=/usr/sbin/nologin
    [ -x "$shell" ] || shell=/sbin/nologin
    useradd --system --user-group --no-create-home --home-dir / --shell "$shell" "$service_user"
    on_failure "userdel '$service_user' 2> /dev/null"
    created_user=yes
  fi
}

# Removes what create_accounts has created.
remove_accounts() {
  if [ "$created_user" = yes ] && id "$service_user" > /dev/null 2>&1; then
    userdel "$service_user" 2> /dev/null || warn "the user $service_user can't be removed; it may have running processes"
    ! getent group "$service_user" > /dev/null || groupdel "$service_user"
  fi
  if [ "$created_group" = yes ] && getent group "$log_group" > /dev/null; then
    groupdel "$log_group"
  fi
}

# Runs a command as the service user, without privileges.
as_service_user() {
  setpriv --reuid="$service_user" --regid="$(id -gn "$service_user")" --init-groups \
    --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
}
