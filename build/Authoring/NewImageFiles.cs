using Slipway.Definitions;
using Slipway.Inspection;

namespace Slipway.Authoring;

/// <summary>The files of a new image: what they hold assembles, and meets the contract, as it is.</summary>
/// <param name="Name">The image's, a word that is safe in a path and in a repository.</param>
/// <param name="Repositories">Where it is to be published: the official one, then the fall-back.</param>
/// <param name="Source">Where its definition is kept, an https address.</param>
internal sealed record NewImageFiles(string Name, IReadOnlyList<string> Repositories, string Source)
{
    /// <summary>By path relative to the image's folder.</summary>
    public IReadOnlyList<(string Path, string Text)> Of(ImageBase from) =>
        [
            (ImageDefinition.FileName, Definition(from)),
            (Contract.FileName, ContractOf(from)),
            ($"rootfs/usr/share/{Name}/hello", $"Hello from {Name}\n"),
            ("README.md", Readme(from)),
        ];

    private string Definition(ImageBase from) =>
        $$"""
            # yaml-language-server: $schema=../image.schema.json
            # Every key with an example: docs/image.md
            title: {{Name}}
            description: Says hello; replace this line by what the image is for
            version: v0.1.0
            source: {{Source}}
            licenses: Apache-2.0
            platforms: [linux/amd64, linux/arm64]

            repositories:
              official: {{Repositories[0]}}
            {{(Repositories.Count > 1 ? $"  fallback: {Repositories[1]}\n" : "")}}
            # Packages that Debian marks essential are for a whole system; the layers below name what this image needs.
            debian:
              suites: [trixie, trixie-updates, trixie-security]
              components: [main]
              essential: false

            # Lowest first: what changes seldom before what changes often.
            layers:
            {{BaseLayer(from)}}  - name: files
                title: files of {{Name}}
                files:
                  - { from: rootfs/usr/share/{{Name}}/hello, to: /usr/share/{{Name}}/hello }

            {{Excluded(from)}}{{Configuration(from)}}
            """;

    private static string BaseLayer(ImageBase from) =>
        from switch
        {
            ImageBase.Busybox => """
                  - name: base
                    title: busybox
                    packages: [busybox-static]
                    finish: [package-database]
                    links:
                      - { path: /bin, target: usr/bin }
                      - { path: /usr/bin/cat, target: busybox }
                      - { path: /usr/bin/sh, target: busybox }

                """,
            ImageBase.Debian => """
                  - name: base
                    title: bash, coreutils and the C library
                    packages: [base-files, base-passwd, bash, coreutils, dash, libc-bin]
                    finish: [accounts, base-files, linker-cache, package-database]

                """,
            _ => "",
        };

    private static string Excluded(ImageBase from) =>
        from switch
        {
            ImageBase.Busybox => """
                # What of the packages' files stays out. Every pattern must match something.
                exclude:
                  - paths: [/usr/share/doc/**]
                    except: [/usr/share/doc/*, /usr/share/doc/*/copyright]
                    reason: documentation and examples; the licence stays
                  - paths: [/usr/share/initramfs-tools/**, /usr/share/lintian/**, /usr/share/man/**]
                    reason: for people, for packaging and for a host's initramfs


                """,
            ImageBase.Debian => """
                # What of the packages' files stays out. Every pattern must match something.
                exclude:
                  - paths: [/usr/share/doc/**]
                    except: [/usr/share/doc/*, /usr/share/doc/*/copyright]
                    reason: documentation and examples; the licence stays


                """,
            _ => "",
        };

    private string Configuration(ImageBase from) =>
        from == ImageBase.Scratch
            ? "# Nothing runs in it until 'entrypoint' names a program.\nconfig: {}\n"
            : $"config:\n  entrypoint: [/usr/bin/cat]\n  command: [/usr/share/{Name}/hello]\n";

    private string ContractOf(ImageBase from) =>
        $$"""
            # yaml-language-server: $schema=../contract.schema.json
            # What must hold of the image on every platform before it is signed. An entry that nothing needs fails too.
            budgets:
            {{Budget(from)}}  - { layer: files, compressedMiB: 1, unpackedMiB: 1 }
            {{Allowed(from)}}{{(from == ImageBase.Scratch ? "" : $"\n# What Smoke runs.\nrun:\n  - output: [Hello from {Name}]\n")}}
            """.TrimEnd('\n') + "\n";

    private static string Budget(ImageBase from) =>
        from switch
        {
            ImageBase.Busybox => "  - { layer: base, compressedMiB: 2, unpackedMiB: 4 }\n",
            ImageBase.Debian => "  - { layer: base, compressedMiB: 28, unpackedMiB: 72 }\n",
            _ => "",
        };

    private static string Allowed(ImageBase from) =>
        from != ImageBase.Debian
            ? ""
            : """

                setgid:
                  - { path: /var/mail, mode: "2775", reason: "Debian's base-files: mail programs of group mail write there" }

                worldWritable:
                  - { path: /tmp, mode: "1777", reason: everybody has files of their own there }
                  - { path: /run/lock, mode: "1777", reason: Debian's base-files }
                  - { path: /var/tmp, mode: "1777", reason: everybody has files of their own there }

                """;

    private string Readme(ImageBase from) =>
        $"""
            # {Name}

            Says hello. `{Repositories[0]}` is the official repository.

            | to change | open |
            |---|---|
            | what is in the image | `image.yaml`; its own files are below `rootfs/` |
            | what must hold before it is signed | `contract.yaml` |

            It began as what `NewImage` writes with `--from {from.ToString().ToLowerInvariant()}`.

            """;
}
