#!/bin/sh
# Compiles the policy module to countersign_authproxy.cil, which ./install fills with its folder and loads:
# a compiled .pp could not be changed without the tools of a developer, and macros of a reference policy
# name types that other distributions lack. Needs checkpolicy, semodule-utils and policycoreutils.
#
#   packaging/selinux/compile.sh [OUTPUT FOLDER]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
output=${1:-$here}
name=countersign_authproxy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# 19: the newest format that the libsepol of RHEL 8 reads
checkmodule -M -m -c 19 -o "$work/$name.mod" "$here/$name.te"
semodule_package -o "$work/$name.pp" -m "$work/$name.mod" -f "$here/$name.fc"
for converter in /usr/libexec/selinux/hll/pp /usr/lib/selinux/hll/pp; do
  [ ! -x "$converter" ] || "$converter" "$work/$name.pp" "$output/$name.cil"
done
[ -s "$output/$name.cil" ]
