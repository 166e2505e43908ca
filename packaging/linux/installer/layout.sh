# Where things are. The vendor's proxy has conf, log, run and bin in its folder, too.

data_dir=/var/lib/countersign

# Sets the paths that follow from $install_dir.
set_paths() {
  config_dir=$install_dir/conf
  config_file=$config_dir/$program.cfg
  log_dir=$install_dir/log
  run_dir=$install_dir/run
  releases_dir=$install_dir/versions
  current_link=$install_dir/current
  record_file=$install_dir/installed
  # left by an uninstallation that keeps files: which accounts the installer created for them
  accounts_file=$install_dir/accounts
  unit_file=/etc/systemd/system/$product.service
  init_file=/etc/init.d/$product
}

is_proxy() {
  [ "$program" = authproxy ]
}

# Fills the @NAMES@ in a template.
fill_template() {
  sed -e "s|@PRODUCT@|$product|g" -e "s|@TITLE@|$title|g" -e "s|@INSTALL_DIR@|$install_dir|g" -e "s|@BIN_DIR@|$current_link/bin|g" \
    -e "s|@CONFIG_FILE@|$config_file|g" -e "s|@LOG_DIR@|$log_dir|g" -e "s|@RUN_DIR@|$run_dir|g" \
    -e "s|@DATA_DIR@|$data_dir|g" -e "s|@USER@|$service_user|g" \
    -e "s|@GROUP@|$(id -gn "$service_user")|g" "$1"
}

# Creates a folder if it is missing, in a folder of root: make_folder PATH OWNER:GROUP MODE
make_folder() {
  if [ ! -d "$1" ]; then
    mkdir -p "$1"
    on_failure "rmdir '$1' 2> /dev/null || true"
  fi
  chown "$2" "$1"
  chmod "$3" "$1"
}

# Creates a file, or replaces a link, in a folder that another account may write to:
# place_file SOURCE FILE OWNER GROUP MODE
# That account could put a link in its place at any moment, so owner and mode are set where only root can write.
place_file() {
  staging=$(mktemp -d "$install_dir/.staging-XXXXXX")
  on_failure "rm -rf '$staging'"
  install -o "$3" -g "$4" -m "$5" "$1" "$staging/file"
  # renames; it never writes through a link
  mv -fT "$staging/file" "$2"
  rmdir "$staging"
}

# Gives what is in a folder to another account than the one it was installed for: take_over FOLDER OWNER:GROUP
take_over() {
  [ ! -d "$1" ] || [ "$(stat -c %U:%G "$1")" = "$2" ] || chown -hRP "$2" "$1"
}

create_folders() {
  make_folder "$install_dir" root:root 0755
  make_folder "$releases_dir" root:root 0755
  group=$(id -gn "$service_user")
  if is_proxy; then
    take_over "$config_dir" "$service_user:$group"
    take_over "$log_dir" "$service_user:$log_group"
    take_over "$run_dir" "$service_user:$group"
    make_folder "$config_dir" "$service_user:$group" 0750
    # files in it get the log group, whatever the group of the program
    make_folder "$log_dir" "$service_user:$log_group" 2750
    make_folder "$run_dir" "$service_user:$group" 0750
  else
    make_folder "$config_dir" "root:$group" 0750
    take_over "$data_dir" "$service_user:$group"
    make_folder "$data_dir" "$service_user:$group" 0700
  fi
}

# Writes the configuration to edit, unless there is one.
write_configuration() {
  [ ! -e "$config_file" ] || return 0
  on_failure "rm -f '$config_file'"
  group=$(id -gn "$service_user")
  if is_proxy; then
    place_file "$source_dir/conf/$program.cfg" "$config_file" "$service_user" "$group" 0600
    return 0
  fi
  place_file "$source_dir/conf/$program.cfg" "$config_file" root "$group" 0640
  if [ ! -e "$data_dir/countersign.cfg" ]; then
    # so that every verb finds it with the data
    ln -sT "$config_file" "$data_dir/countersign.cfg"
    on_failure "rm -f '$data_dir/countersign.cfg'"
  fi
}

create_links() {
  for name in bin doc uninstall; do
    [ ! -e "$install_dir/$name" ] || continue
    ln -s "current/$name" "$install_dir/$name"
    on_failure "rm -f '$install_dir/$name'"
  done
}
