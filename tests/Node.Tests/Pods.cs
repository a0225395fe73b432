using System.Text.Json.Nodes;

namespace Slipway.Node.Tests;

/// <summary>Static pods.</summary>
internal static class Pods
{
    public const string Web = "web";
    public const int HostPort = 18080;

    /// <summary>In the kubelet's and the runtime's own unit.</summary>
    public const long MemoryLimit = 64 << 20;

    /// <summary>flannel-cni as its DaemonSet starts it: on the host's network, with both folders of the host.</summary>
    public static JsonObject Installer(string image) =>
        JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "v1", "kind": "Pod",
                  "metadata": { "name": "flannel", "namespace": "kube-system" },
                  "spec": {
                    "hostNetwork": true,
                    "containers": [{
                      "name": "install-cni", "image": "{{image}}", "command": ["/install-cni.sh"],
                      "env": [
                        { "name": "CNI_NETWORK_CONFIG", "value": {{JsonValue.Create(Network).ToJsonString()}} },
                        { "name": "SLEEP", "value": "true" }
                      ],
                      "volumeMounts": [
                        { "name": "bin", "mountPath": "/host/opt/cni/bin" },
                        { "name": "net", "mountPath": "/host/etc/cni/net.d" }
                      ]
                    }],
                    "volumes": [
                      { "name": "bin", "hostPath": { "path": "/opt/cni/bin" } },
                      { "name": "net", "hostPath": { "path": "/etc/cni/net.d" } }
                    ]
                  }
                }
                """
            )!
            .AsObject();

    /// <summary>
    /// A server that answers with what it found in each of its volumes. It is ill, to its probe by command, while the host has
    /// <c>/run/ill</c>.
    /// </summary>
    public static JsonObject Server(string image) =>
        JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "v1", "kind": "Pod",
                  "metadata": { "name": "{{Web}}", "namespace": "default", "labels": { "of": "slipway" } },
                  "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                      "name": "server", "image": "{{image}}",
                      "command": ["/usr/bin/busybox", "sh", "-c", {{JsonValue.Create(Script).ToJsonString()}}],
                      "ports": [{ "containerPort": 8080, "hostPort": {{HostPort}} }],
                      "resources": { "limits": { "memory": "{{MemoryLimit}}", "cpu": "500m" } },
                      "livenessProbe": {
                        "exec": { "command": ["/usr/bin/busybox", "test", "!", "-e", "/run-of-host/ill"] },
                        "periodSeconds": 1, "failureThreshold": 2, "timeoutSeconds": 10
                      },
                      "readinessProbe": {
                        "httpGet": { "path": "/index.html", "port": 8080 }, "periodSeconds": 1, "timeoutSeconds": 10
                      },
                      "volumeMounts": [
                        { "name": "disk", "mountPath": "/disk" },
                        { "name": "memory", "mountPath": "/memory" },
                        { "name": "host", "mountPath": "/run-of-host", "readOnly": true },
                        { "name": "downward", "mountPath": "/downward" }
                      ]
                    }],
                    "volumes": [
                      { "name": "disk", "emptyDir": {} },
                      { "name": "memory", "emptyDir": { "medium": "Memory" } },
                      { "name": "host", "hostPath": { "path": "/run" } },
                      { "name": "downward", "downwardAPI": { "items": [
                        { "path": "labels", "fieldRef": { "fieldPath": "metadata.labels" } }
                      ] } }
                    ]
                  }
                }
                """
            )!
            .AsObject();

    public const string Disk = "disk";
    public const string DiskId = "3600a0b80slipway";

    /// <summary>A pod with a Fibre Channel disk, by its world wide identifier.</summary>
    public static JsonObject WithDisk(string image, string fileSystem) =>
        WithVolume(image, $$"""{ "fc": { "wwids": ["{{DiskId}}"], "fsType": "{{fileSystem}}" } }""");

    /// <summary>A pod with a share of an NFS server that is not there.</summary>
    public static JsonObject WithShare(string image) => WithVolume(image, """{ "nfs": { "server": "127.0.0.1", "path": "/share" } }""");

    /// <summary>A pod on the host's network, which needs no plugins.</summary>
    private static JsonObject WithVolume(string image, string source)
    {
        JsonObject volume = JsonNode.Parse(source)!.AsObject();
        volume["name"] = "disk";
        return JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "v1", "kind": "Pod",
                  "metadata": { "name": "{{Disk}}", "namespace": "default" },
                  "spec": {
                    "hostNetwork": true, "terminationGracePeriodSeconds": 1,
                    "containers": [{
                      "name": "user", "image": "{{image}}",
                      "volumeMounts": [{ "name": "disk", "mountPath": "/disk" }]
                    }],
                    "volumes": [{{volume.ToJsonString()}}]
                  }
                }
                """
            )!
            .AsObject();
    }

    private const string Script = """
        cd /disk && mkdir -p www
        echo kept >/memory/file
        {
          cat /run-of-host/greeting /memory/file /downward/labels
          echo
          grep -E ' /(disk|memory|downward|run-of-host) ' /proc/mounts
          cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null
        } >www/index.html
        exec busybox httpd -f -p 8080 -h /disk/www
        """;

    private const string Network = """
        {"cniVersion":"0.4.0","name":"cbr0","plugins":[
        {"type":"bridge","bridge":"cni0","isDefaultGateway":true,"ipMasq":true,"hairpinMode":true,
        "ipam":{"type":"host-local","ranges":[[{"subnet":"10.213.78.0/24"}]]}},
        {"type":"portmap","snat":true,"capabilities":{"portMappings":true}}]}
        """;
}
