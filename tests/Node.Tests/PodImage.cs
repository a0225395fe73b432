namespace Slipway.Node.Tests;

/// <summary>What pods of the tests run: busybox alone, of Debian. It is the sandbox too.</summary>
internal static class PodImage
{
    public const string Contract = "budgets:\n  - { layer: base, compressedMiB: 4, unpackedMiB: 8 }\n";

    public static string Definition(string version) =>
        $$"""
            title: pod
            description: What pods of the tests run
            version: {{version}}
            source: https://example.org/pod
            licenses: Apache-2.0
            platforms: [linux/amd64]
            repositories:
              official: quay.io/slipway-tests/pod
              fallback: docker.io/slipwaytests/pod
            debian:
              suites: [trixie]
              components: [main]
              essential: false
            layers:
              - name: base
                title: busybox
                packages: [busybox-static]
                links:
                  - { path: /bin, target: usr/bin }
                  - { path: /usr/bin/sh, target: busybox }
            accounts:
              - { name: root, id: 0, home: /root, shell: /bin/sh }
            config:
              command: [/usr/bin/busybox, sleep, "100000"]
              environment:
                PATH: /usr/bin

            """;
}
