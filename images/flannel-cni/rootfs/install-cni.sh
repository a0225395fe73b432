#!/bin/sh
# Puts the CNI plugins and the network configuration on the host, whose folders are mounted below /host.
#
#   CNI_BIN_DIR         host folder for plugins         (default /opt/cni/bin)
#   CNI_NET_DIR         host folder for configurations  (default /etc/cni/net.d)
#   CNI_CONF_NAME       name of the configuration file  (default 10-flannel.conflist)
#   CNI_NETWORK_CONFIG  the configuration, a JSON object; none is written when it is empty
#   SLEEP               "true" keeps the container running afterwards, until SIGTERM
#
# A folder that is not mounted is left out. Everything is checked before anything is written; the configuration comes
# last, since a node counts as ready from then on. A file is written and synced beside its place and then renamed: a
# plugin that runs is never truncated, a crash leaves the old file whole. One that is already as it should be stays
# untouched, and so does every file that is not ours.
#
# Exit codes: 0 done, 1 a step failed, 65 the configuration is no JSON object, 77 a folder cannot be written to,
# 78 a variable is wrong, 143 ended by SIGTERM before all was done.
set -eu
umask 022
export LC_ALL=C

plugins=/opt/cni/bin
json=/usr/share/install-cni/json-object.awk
bin="${CNI_BIN_DIR:-/opt/cni/bin}"
net="${CNI_NET_DIR:-/etc/cni/net.d}"
name="${CNI_CONF_NAME:-10-flannel.conflist}"
config="${CNI_NETWORK_CONFIG:-}"
new=

say() { echo "install-cni: $1"; }

fail() {
  echo "install-cni: $2" >&2
  exit "$1"
}

# Removes what is not finished; whatever ends this, short of a kill, comes by here.
clean() { [ -z "$new" ] || rm -f "$new"; }

# Makes an empty file beside $1/$2, of a name that no container runtime takes for a configuration: two installers at
# once, as in a rolling update, do not share it.
begin() {
  if ! made="$(mktemp "$1/.$2.slipway-new.XXXXXX" 2>&1)"; then
    fail 77 "$1 cannot be written to: ${made##*: }. Is its volume read-only or full?"
  fi
  new="$made"
}

# Tries to write to a folder, since access(2) tells root nothing of a file system that is mounted read-only, and removes
# what a crash left there: not what another installer may be writing just now.
open_folder() {
  [ -d "$1" ] || fail 77 "$1 is no folder"
  begin "$1" probe
  now="$(stat -c %Y "$new")"
  for old in "$1"/.*.slipway-new.??????; do
    # By the folder's own clock. One from the future was left before the clock was set right.
    age="$(stat -c %Y "$old" 2>/dev/null)" || continue
    age=$((now - age))
    [ "${age#-}" -le 600 ] || rm -f "$old" || fail 77 "$1 cannot be written to"
  done
  rm -f "$new" || fail 77 "$1 cannot be written to"
  new=
}

# Whether $2 is a file with the bytes of $1 and mode $3.
same() { [ -f "$2" ] && [ ! -L "$2" ] && [ "$(stat -c %a "$2")" = "$3" ] && cmp -s "$1" "$2"; }

# Gives the unfinished file its mode $2 and its place $1.
finish() {
  if same "$new" "$1" "$2"; then
    rm -f "$new"
    new=
    say "$1 is as it should be"
    return
  fi
  { chmod "$2" "$new" && sync "$new" && mv -fT "$new" "$1"; } || fail 1 "$1 cannot be replaced"
  new=
  sync "${1%/*}"
  say "wrote $1"
}

install_plugins() {
  for plugin in "$plugins"/*; do
    target="$bin/${plugin##*/}"
    if same "$plugin" "$target" 755; then
      say "$target is as it should be"
      continue
    fi
    begin "$bin" "${plugin##*/}"
    cp "$plugin" "$new" || fail 1 "$target cannot be written"
    finish "$target" 755
  done
}

check_config() {
  case "$name" in
    */* | . | ..) fail 78 "CNI_CONF_NAME '$name' is no file name" ;;
    *.conf | *.conflist | *.json) ;;
    *) say "warning: container runtimes read .conf, .conflist and .json, not $name" ;;
  esac
  printf '%s\n' "$config" | awk -f "$json" || fail 65 "CNI_NETWORK_CONFIG is no JSON object; nothing was written"
  for key in cniVersion name; do
    case "$config" in
      *"\"$key\""*) ;;
      *) say "warning: CNI_NETWORK_CONFIG has no \"$key\", which the CNI specification wants" ;;
    esac
  done
}

check_folders() {
  case "/$bin/:/$net/" in
    */../*) fail 78 "CNI_BIN_DIR '$bin' and CNI_NET_DIR '$net' are to be folders without .." ;;
  esac
  bin="/host/${bin#/}" net="/host/${net#/}"
  [ ! -e "$bin" ] || open_folder "$bin"
  [ ! -e "$net" ] || open_folder "$net"
}

trap clean EXIT
trap 'exit 143' TERM INT
[ -z "$config" ] || check_config
check_folders
if [ -e "$bin" ]; then
  install_plugins
else
  say "$bin is not mounted, plugins are not installed"
fi
if [ -z "$config" ]; then
  say "CNI_NETWORK_CONFIG is empty, no configuration is written"
elif [ -e "$net" ]; then
  begin "$net" "$name"
  printf '%s\n' "$config" >"$new" || fail 1 "$net/$name cannot be written"
  finish "$net/$name" 644
else
  say "$net is not mounted, no configuration is written"
fi

if [ "${SLEEP:-false}" = "true" ]; then
  nap=
  trap '[ -z "$nap" ] || kill "$nap"; exit 0' TERM INT
  say "done, sleeping"
  # A shell hears a signal at once only while it waits for what runs in the background.
  while true; do
    sleep 3600 &
    nap=$!
    wait "$nap"
  done
fi
