namespace Slipway.Node.Tests;

/// <summary>The first process of a <see cref="Machine"/>.</summary>
internal static class MachineScript
{
    public static string[] Namespaces { get; } =
    ["--fork", "--pid", "--mount", "--net", "--uts", "--ipc", "--propagation", "private", "--kill-child", "--"];

    /// <summary>Lays the root out below <c>$1</c>, says its process id outside, and then waits for its children.</summary>
    public const string Init = """
        set -e
        read -r id rest </proc/self/stat
        folder=$1 address=$2
        root=$folder/root
        mkdir -p "$root" "$folder/state" "$folder/share"
        mount -t tmpfs -o mode=755 tmpfs "$root"
        cd "$root"
        mkdir -p usr etc proc sys dev run share tmp var/lib var/log var/tmp opt/cni/bin root old
        chmod 1777 tmp var/tmp
        for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
        mount --bind /usr usr
        mount -o remount,bind,ro usr
        mount -t proc proc proc
        mount -t sysfs sysfs sys
        mount --rbind /sys/fs/cgroup sys/fs/cgroup
        mount -t tmpfs -o mode=755 tmpfs dev
        for name in full fuse kmsg loop-control null random tty urandom zero; do
          if [ -e "/dev/$name" ]; then cp -a "/dev/$name" dev/; fi
        done
        for name in /dev/loop[0-9]*; do
          if [ -b "$name" ]; then cp -a "$name" dev/; fi
        done
        mkdir -p dev/pts dev/shm dev/disk/by-id dev/disk/by-path
        mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
        ln -s pts/ptmx dev/ptmx
        mount -t tmpfs -o mode=755 tmpfs run
        mount --bind "$folder/state" var/lib
        mount --bind "$folder/share" share
        mkdir -p run/lock run/containerd var/lib/calico var/lib/containerd var/lib/kubelet/volumeplugins
        mkdir -p etc/cni/net.d etc/kubernetes/manifests
        ln -s ../run var/run
        for name in alternatives nsswitch.conf protocols services; do
          if [ -e "/etc/$name" ]; then cp -a "/etc/$name" etc/; fi
        done
        printf '127.0.0.1 localhost\n%s node\n' "$address" >etc/hosts
        printf 'nameserver 127.0.0.1\n' >etc/resolv.conf
        printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
        printf 'root:x:0:\n' >etc/group
        tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
        [ -e usr/lib/os-release ] || exit 3
        hostname node
        ip link set lo up
        ip link add uplink type veth peer name upstream
        ip link set upstream up
        ip address add "$address/24" dev uplink
        ip link set uplink up
        ip route add default via 192.0.2.1
        pivot_root . old
        umount -l old
        rmdir old
        mount --make-rshared /
        echo "$id"
        exec </dev/null >/dev/null 2>&1
        while :; do sleep 1000 & wait $!; done
        """;
}
