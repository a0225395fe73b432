using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>A small image that every rule has something to look at in, and that breaks none.</summary>
internal static class WholeImage
{
    public const string Loader = "/lib64/ld-linux-x86-64.so.2";

    /// <summary>The exceptions that it needs, and its budgets.</summary>
    public const string Contract = """
        hostPrograms: [/opt/host]
        versions: [{ path: /opt/host/tool, contains: "tool {version}" }]
        requires:
          - { soname: libplugin.so.1, reason: tiny loads it }
          - { path: "/usr/lib/{multiarch}/libc.so.6", reason: everything does }
        budgets:
          - { layer: base, compressedMiB: 1, unpackedMiB: 1 }
          - { layer: top, compressedMiB: 1, unpackedMiB: 1 }
        setuid: [{ path: /usr/bin/su, mode: "4755", reason: it is su }]
        setgid: [{ path: /usr/bin/expiry, mode: "2755", reason: it reads shadow }]
        worldWritable: [{ path: /tmp, reason: everybody's }]
        danglingLinks: [{ path: /etc/mtab, reason: the kernel's }]
        missingInterpreters: [{ path: /usr/share/doc/example, needs: /usr/bin/make, reason: an example }]
        unresolvedLibraries: [{ path: /usr/lib/odd.so, needs: libodd.so.1, reason: nobody loads it }]
        otherMachines: [{ path: /usr/lib/firmware.elf, reason: runs on a network card }]
        secrets: [{ path: /usr/share/doc/key.pem, reason: a documented test key }]

        """;

    public static TinyElf Library(string soName, params string[] versions) =>
        new() { SoName = soName, DefinedVersions = [soName, .. versions] };

    public static TinyElf Program(params string[] needed) =>
        new()
        {
            Interpreter = Loader,
            Needed = ["libc.so.6", .. needed],
            NeededVersions = [("libc.so.6", "GLIBC_2.34", false)],
        };

    /// <summary>A static program that says a line.</summary>
    public static byte[] Static(string says) => (new TinyElf { Type = 2, Tail = System.Text.Encoding.ASCII.GetBytes(says) }).Build();

    /// <summary>Its workshop before assembly, so that a test can break it.</summary>
    /// <param name="tool">The upstream file, a program for the host.</param>
    public static AssemblyFixture Create(byte[]? tool = null)
    {
        AssemblyFixture shop = new()
        {
            Layers = """
                - name: base
                  title: the base
                  directories: [{ path: /tmp, mode: "1777" }, { path: /root, mode: "0700" }]
                  links: [{ path: /bin, target: usr/bin }, { path: /lib, target: usr/lib }, { path: /lib64, target: usr/lib64 }, { path: /etc/mtab, target: /proc/mounts }]
                - { name: top, title: the top, upstream: [tool] }
                """,
            More = "accounts: [{ name: root, id: 0 }]",
            Config = "{ entrypoint: [/usr/bin/tiny], user: root, environment: { PATH: \"/usr/bin\" } }",
            Contract = Contract,
        };
        return shop.Add(
                new TinyDeb("libc6")
                    .Bytes("usr/lib64/ld-linux-x86-64.so.2", Library("ld-linux-x86-64.so.2").Build(), 0b111_101_101)
                    .Bytes("usr/lib/x86_64-linux-gnu/libc.so.6", Library("libc.so.6", "GLIBC_2.34", "GLIBC_2.4").Build())
            )
            .Add(
                new TinyDeb("tiny")
                    .Bytes("usr/bin/tiny", Program("libprivate.so.1").With("$ORIGIN/../lib/tiny").Build(), 0b111_101_101)
                    .Bytes("usr/lib/tiny/libprivate.so.1", (Library("libprivate.so.1") with { Needed = ["libother.so.1"] }).Build())
                    .Bytes("usr/lib/tiny/libother.so.1", Library("libother.so.1").Build())
                    .Bytes("usr/lib/x86_64-linux-gnu/libplugin.so.1.0", (Library("libplugin.so.1") with { Needed = ["libc.so.6"] }).Build())
                    .Link("usr/lib/x86_64-linux-gnu/libplugin.so.1", "libplugin.so.1.0")
                    .Bytes("usr/lib/odd.so", (Library("odd.so") with { Needed = ["libodd.so.1"] }).Build())
                    .Bytes(
                        "usr/lib/firmware.elf",
                        new TinyElf
                        {
                            Machine = 8,
                            IsLittleEndian = false,
                            Is64 = false,
                        }.Build()
                    )
                    .File("usr/bin/su", "su", 0b100_111_101_101)
                    .File("usr/bin/expiry", "expiry", 0b010_111_101_101)
                    .File("usr/bin/script", "#!/bin/tiny -e\n", 0b111_101_101)
                    .File("usr/bin/other", "#! /usr/bin/env -S tiny -x\n", 0b111_101_101)
                    .Link("usr/bin/env", "tiny")
                    .File("usr/share/doc/example", "#!/usr/bin/make -f\n", 0b111_101_101)
                    .File("usr/share/doc/read-only", "#!/usr/bin/nothing\n")
                    .File("usr/share/doc/key.pem", Secret)
            )
            .AddUpstream("tool", tool ?? Static("tool v1.0.0\n"), "[{ to: /opt/host/tool }]");
    }

    /// <summary>What a private key looks like.</summary>
    public static string Secret { get; } = $"-----BEGIN EC PRIVATE KEY-----\n{new string('A', 64)}\n-----END EC PRIVATE KEY-----\n";

    /// <summary>The same file that is found through folders of its own: the program, and the library that the first needs.</summary>
    private static TinyElf With(this TinyElf elf, string folders) => elf with { RunPath = null, RPath = folders };
}
