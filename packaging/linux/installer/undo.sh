# What to undo if the installation fails: nothing may be left half done.
undo_steps=

undo_on_failure() {
  trap 'undo_all $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# The command runs if a later step fails; the last registered runs first.
on_failure() {
  undo_steps="$1
$undo_steps"
}

undo_is_over() {
  undo_steps=
  trap - EXIT INT TERM HUP
  rm -f "$unit_file.old" "$init_file.old" "$record_file.old"
}

undo_all() {
  status=$1
  trap - EXIT
  trap '' INT TERM HUP
  [ "$status" != 0 ] || exit 0
  set +e
  say 'undoing what was done' >&2
  eval "$undo_steps"
  if is_upgrade; then
    say "the installation is as it was: $product $(current_release)" >&2
  else
    say "$product is not installed" >&2
  fi
  exit "$status"
}
