# Messages of installer and uninstaller: results on standard output, problems on standard error.

say() {
  printf '%s\n' "$*"
}

warn() {
  printf 'warning: %s\n' "$*" >&2
}

# Ends the program. Name what is wrong, and what to do.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
