#!/bin/sh
# Runs the program this file is named after on the Node runtime beside it.
self=$(readlink -f "$0")
root=${self%/bin/*}
# values from the environment would change which files Node loads and which authorities it trusts
unset NODE_OPTIONS NODE_EXTRA_CA_CERTS
# where both installers put the data of the service
[ "${self##*/}" != countersign ] || export COUNTERSIGN_DATA="${COUNTERSIGN_DATA:-/var/lib/countersign}"
# By default, V8 lets the young generation grow to 100 MB under load, and the old generation to twice the
# memory in use before it collects garbage; neither makes the programs faster
exec "$root/runtime/node" --max-semi-space-size=8 --heap-growing-percent=30 \
  "$root/lib/cmd/${self##*/}.js" "$@"
