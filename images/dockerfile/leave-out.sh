#!/bin/bash
# Puts an empty package in the place of each of WITHOUT that no maintainer script needs and that is not there yet. So apt
# takes neither it nor what it alone would bring.
set -euo pipefail
cd "$(mktemp -d)"
for name in $WITHOUT; do
  case $name in adduser | ucf) continue ;; esac
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) != installed ]] || continue
  mkdir -p "$name/DEBIAN"
  printf '%s\n' "Package: $name" "Version: $(apt-cache show --no-all-versions "$name" | sed -n 's/^Version: //p')" \
    "Architecture: $(dpkg --print-architecture)" 'Multi-Arch: allowed' 'Maintainer: nobody <nobody@localhost>' \
    'Description: empty' >"$name/DEBIAN/control"
  dpkg-deb --build "$name" >/dev/null
done
dpkg --install ./*.deb
rm -r "$PWD"
