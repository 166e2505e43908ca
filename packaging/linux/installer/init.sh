#!/bin/sh
### BEGIN INIT INFO
# Provides:          @PRODUCT@
# Required-Start:    $remote_fs $network $syslog
# Required-Stop:     $remote_fs $network $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: @TITLE@
### END INIT INFO
# chkconfig: 2345 80 20
# description: @TITLE@

name=@PRODUCT@
user=@USER@
group=@GROUP@
umask 0027

# Becomes the program, which stays in the foreground.
run() {
  case $name in
    countersign) set -- @INSTALL_DIR@/current/bin/countersign service --config @CONFIG_FILE@ ;;
    *) set -- @INSTALL_DIR@/current/bin/authproxy --config @CONFIG_FILE@ ;;
  esac
  # the capability is for ports below 1024
  exec setpriv --reuid="$user" --regid="$group" --init-groups --no-new-privs \
    --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
    --bounding-set=-all,+net_bind_service "$@"
}

# Whether the started program answers.
is_ready() {
  case $name in
    countersign) grep -q ' listening on ' "$console" ;;
    *) @BIN_DIR@/authproxyctl status > /dev/null 2>&1 ;;
  esac
}

pid_file=/run/$name.pid
console=/var/log/$name.console.log
start_seconds=60
stop_seconds=30

# Whether the process of the pid file is the program: after a crash, its number may be that of any other.
is_alive() {
  pid=$(cat "$pid_file" 2> /dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2> /dev/null)" = "$(id -u "$user")" ] || return 1
  # in a container, root may lack the right to read the first
  path=$(readlink "/proc/$pid/exe") || path=$(tr '\0' '\n' < "/proc/$pid/cmdline" | head -n 1)
  case $path in
    # of any version, and also if an upgrade has removed it
    "$(readlink -f @INSTALL_DIR@)"/versions/*/runtime/node*) ;;
    *) return 1 ;;
  esac
}

start() {
  if is_alive; then
    echo "$name is running already"
    return 0
  fi
  : > "$console"
  run < /dev/null >> "$console" 2>&1 &
  started=$!
  echo "$started" > "$pid_file"
  waited=0
  while [ "$waited" -lt "$start_seconds" ]; do
    # at first, it is still the shell that becomes the program
    if ! kill -0 "$started" 2> /dev/null; then
      rm -f "$pid_file"
      echo "$name does not start:" >&2
      tail -n 5 "$console" >&2
      return 1
    fi
    if is_ready; then
      echo "$name is running"
      return 0
    fi
    sleep 1
    waited=$((waited + 1))
  done
  echo "$name has started but is not ready after $start_seconds seconds; see $console" >&2
  return 1
}

stop() {
  if is_alive; then
    kill "$pid"
    waited=0
    while is_alive && [ "$waited" -lt "$stop_seconds" ]; do
      sleep 1
      waited=$((waited + 1))
    done
    ! is_alive || kill -KILL "$pid"
  fi
  rm -f "$pid_file"
  echo "$name is stopped"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  restart | force-reload) stop && start ;;
  status)
    if is_alive; then
      echo "$name is running"
    else
      echo "$name is not running"
      exit 3
    fi
    ;;
  *)
    echo "Usage: $0 {start|stop|restart|status}" >&2
    exit 2
    ;;
esac
