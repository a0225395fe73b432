#!/bin/bash
# Takes out of the root file system /image what the image does without: the files of packages that are not among PACKAGES
# (NAME=VERSION …), those that each line of EXCLUDE means (PATTERN … ! PATTERN …: but not the latter), and what the
# programs for installing leave behind.
set -euo pipefail
shopt -s globstar dotglob nullglob
cd /image
work=$(mktemp -d)
declare -A wanted
for package in $PACKAGES; do wanted[${package%%=*}]=yes; done

# What standard input names, one path a line; a folder goes only when nothing is left in it. Few programs are started: that
# is what takes time where an emulator does it.
remove() {
  local path
  while IFS= read -r path; do
    if [[ -d $path && ! -L $path ]]; then echo "$path" >&3; else echo "$path"; fi
  done 3>"$work/folders" | xargs -r -d '\n' rm -f --
  sort -ru "$work/folders" | xargs -r -d '\n' rmdir --ignore-fail-on-non-empty --
}

expand() {
  local pattern path
  set -f; set -- $1; set +f
  local IFS=
  for pattern; do
    for path in .$pattern; do printf '%s\n' "${path%/}"; done
  done
}

# Packages.
kept=() gone=()
for list in var/lib/dpkg/info/*.list; do
  name=${list##*/} name=${name%.list}
  if [[ ${wanted[${name%:*}]:-} ]]; then kept+=("$list"); else gone+=("$list"); fi
done
cat /dev/null "${kept[@]}" >"$work/kept"
cat /dev/null "${gone[@]}" >"$work/gone"
rm -f "${gone[@]}" "${gone[@]/%.list/.md5sums}"
comm -23 <(sort -u "$work/gone") <(sort -u "$work/kept") | sed 's/^/./' | remove

# Patterns: ** is any number of folders, as bash has it.
while IFS= read -r line; do
  meant=${line%%!*}
  comm -23 <(expand "$meant" | sort -u) <(expand "$(tr -d '!' <<<"${line#"$meant"}")" | sort -u) | remove
done <<<"$EXCLUDE"

# Leftovers of dpkg, apt, debconf and passwd, and the choice of manuals, which are left out.
rm -rf dev/* etc/alternatives/*.gz etc/{.pwd.lock,alternatives/rmt,apt,dpkg/dpkg.cfg.d,fstab,hostname,hosts,resolv.conf} etc/{group,passwd,shadow,gshadow}- \
  usr/sbin/{policy-rc.d,rmt} var/cache/{apt,debconf,ldconfig/aux-cache} var/lib/{apt,shells.state} var/log/{alternatives.log,apt,dpkg.log}

# Of dpkg's own records stays what scanners read, and it says what is there.
awk -v packages="$PACKAGES" 'BEGIN { RS = ""; ORS = "\n\n"; split(packages, names, " "); for (i in names) { sub(/=.*/, "", names[i]); wanted[names[i]] } } $2 in wanted' \
  var/lib/dpkg/status >"$work/status"
for list in var/lib/dpkg/info/*.list; do
  while IFS= read -r path; do [[ ! -e .$path && ! -L .$path ]] || echo "$path"; done <"$list" >"$work/${list##*/}"
done
cp var/lib/dpkg/info/*.md5sums "$work"
rm -r var/lib/dpkg "$work"/{kept,gone,folders}
mkdir -p var/lib/dpkg/info
mv "$work/status" var/lib/dpkg/status
mv "$work"/* var/lib/dpkg/info/
rmdir "$work"

# Nothing is younger than the lock.
find . -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
