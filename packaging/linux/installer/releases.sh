# Versions side by side: versions/NAME for each, and `current`, a link to the one in use.

current_release() {
  basename "$(readlink "$current_link" 2> /dev/null)"
}

# Copies the program to a folder of its own; the one in use stays untouched.
copy_release() {
  release=$version
  number=2
  while [ -e "$releases_dir/$release" ]; do
    release=$version-$number
    number=$((number + 1))
  done
  release_dir=$releases_dir/$release
  on_failure "rm -rf '$release_dir' '$releases_dir/.incoming'"
  rm -rf "$releases_dir/.incoming"
  mkdir "$releases_dir/.incoming"
  cp -R "$source_dir/." "$releases_dir/.incoming/"
  rm -rf "$releases_dir/.incoming/install" "$releases_dir/.incoming/conf"
  chown -hRP root:root "$releases_dir/.incoming"
  chmod -R u+rwX,go+rX,go-w "$releases_dir/.incoming"
  # a program that looks beside itself finds the configuration of the installation, not the sample
  ln -s ../../conf "$releases_dir/.incoming/conf"
  describe_installation > "$releases_dir/.incoming/installation.json"
  mv "$releases_dir/.incoming" "$release_dir"
}

# The programs read it to find configuration, logs and unit.
describe_installation() {
  unit=
  [ "$create_init_script" = no ] || ! has_systemd || unit=$product.service
  cat <<JSON
{
  "configFile": "$config_file",
  "runDir": "$run_dir",
  "logDir": "$log_dir",
  "unit": "$unit",
  "serviceUser": "$service_user"
}
JSON
}

# Checks the configuration with the new version.
check_configuration() {
  is_proxy || return 0
  status=0
  findings=$(as_service_user "$release_dir/bin/authproxy" --check --config "$config_file" 2>&1) || status=$?
  # 1 means that the service does not answer, which is no reason against an upgrade
  [ "$status" != 2 ] || [ "$was_running" = no ] || fail "$version does not accept the configuration:
$findings"
}

# Copies the data of the service, since a new version may change the form of the database.
save_data() {
  is_proxy && return 0
  is_upgrade && [ -e "$data_dir/countersign.db" ] || return 0
  backup=$data_dir/before-$release.db
  rm -f "$backup" "$backup.sha256"
  as_service_user "$current_link/bin/countersign" backup --data "$data_dir" "$backup" > /dev/null ||
    fail "the data can't be backed up; nothing was changed"
  say "backup of the data: $backup"
}

# Replaces the link in one step, so that there always is a current version.
switch_to_release() {
  previous=$(current_release)
  point_current_at "$release"
  if is_upgrade; then
    on_failure "point_current_at '$previous'"
  else
    on_failure "rm -f '$current_link'"
  fi
}

point_current_at() {
  ln -sfn "versions/$1" "$current_link.new"
  mv -T "$current_link.new" "$current_link"
}

# Keeps the version in use and the one before it.
remove_old_releases() {
  for folder in "$releases_dir"/*; do
    case ${folder##*/} in
      "$release" | "$previous") ;;
      *) rm -rf "$folder" ;;
    esac
  done
  is_proxy && return 0
  for file in "$data_dir"/before-*.db; do
    [ "$file" = "${backup:-}" ] || rm -f "$file" "$file.sha256"
  done
}

record_installation() {
  if is_upgrade; then
    cp -p "$record_file" "$record_file.old"
    on_failure "mv '$record_file.old' '$record_file'"
  else
    on_failure "rm -f '$record_file'"
  fi
  cat > "$record_file.new" <<RECORD
# written by ./install; the next one and ./uninstall read it
service_user='$service_user'
log_group='$log_group'
create_init_script='$create_init_script'
enable_selinux='$enable_selinux'
created_user='$created_user'
created_group='$created_group'
RECORD
  mv "$record_file.new" "$record_file"
  rm -f "$accounts_file"
}
