#!/bin/sh
# Puts the CNI plugins and the network configuration on the host, whose folders are mounted below /host.
#
#   CNI_BIN_DIR         host folder for plugins         (default /opt/cni/bin)
#   CNI_NET_DIR         host folder for configurations  (default /etc/cni/net.d)
#   CNI_CONF_NAME       name of the configuration file  (default 10-flannel.conflist)
#   CNI_NETWORK_CONFIG  the configuration; none is written when it is empty
#   SLEEP               "true" keeps the container running afterwards
#
# A folder that is not mounted is left out. Every file is written beside its place and renamed, so a plugin that runs is
# never truncated and a crash leaves the old file whole. Files that are not ours are left alone.
set -eu

bin="/host${CNI_BIN_DIR:-/opt/cni/bin}"
net="/host${CNI_NET_DIR:-/etc/cni/net.d}"
name="${CNI_CONF_NAME:-10-flannel.conflist}"

fail() {
  echo "install-cni: $1" >&2
  exit 1
}

if [ -d "$bin" ]; then
  [ -w "$bin" ] || fail "$bin cannot be written to"
  for plugin in /opt/cni/bin/*; do
    target="$bin/${plugin##*/}"
    cp "$plugin" "$target.slipway-new"
    chmod 0755 "$target.slipway-new"
    mv -f "$target.slipway-new" "$target"
    echo "install-cni: wrote $target"
  done
else
  echo "install-cni: $bin is not mounted, plugins are not installed"
fi

if [ ! -d "$net" ]; then
  echo "install-cni: $net is not mounted, no configuration is written"
elif [ -z "${CNI_NETWORK_CONFIG:-}" ]; then
  echo "install-cni: CNI_NETWORK_CONFIG is empty, no configuration is written"
else
  [ -w "$net" ] || fail "$net cannot be written to"
  printf '%s\n' "$CNI_NETWORK_CONFIG" >"$net/.$name.slipway-new"
  mv -f "$net/.$name.slipway-new" "$net/$name"
  echo "install-cni: wrote $net/$name"
fi

if [ "${SLEEP:-false}" = "true" ]; then
  echo "install-cni: done, sleeping"
  while true; do sleep 3600; done
fi
