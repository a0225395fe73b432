using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;
using Xunit;

namespace Slipway.Testing;

/// <summary>A small image with something of every owner, for its SBOM.</summary>
internal static class DescribedImage
{
    public static AssemblyFixture Create() =>
        new AssemblyFixture
        {
            Layers = """
                - name: base
                  title: the base
                  finish: [package-database]
                  directories: [{ path: /usr/bin/other }]
                  links: [{ path: /bin, target: usr/bin }]
                - { name: top, title: the top, upstream: [tool] }
                """,
        }
            .Add(
                new TinyDeb("tiny")
                    .File("usr/bin/tiny", "tiny", 0b111_101_101)
                    .Hard("usr/bin/twin", "usr/bin/tiny")
                    .File("usr/share/doc/tiny/copyright", Copyright)
            )
            .Add(new TinyDeb("c++-odd", "1:2.0~rc1+b2").File("usr/lib/odd ä\"name", "odd").File("usr/lib/empty"))
            .AddUpstream("tool", "tool"u8.ToArray(), "[{ to: /opt/tool }]");

    /// <summary>The same with a Go program of a package, by two names, another one of upstream's, and one of Rust's.</summary>
    public static AssemblyFixture CreateWithPrograms()
    {
        AssemblyFixture shop = Create();
        shop.Layers = shop.Layers.Replace("[tool]", "[tool, go-other]", StringComparison.Ordinal);
        return shop.Add(
                new TinyDeb("programs")
                    .Bytes("usr/bin/go-tool", GoTool.Build(), 0b111_101_101)
                    .Hard("usr/bin/also", "usr/bin/go-tool")
                    .Bytes("usr/bin/rust-tool", RustTool.Build(), 0b111_101_101)
                    .Bytes("usr/lib/libno.so", new TinyElf { SoName = "libno.so" }.Build())
            )
            .AddUpstream(
                "go-other",
                (GoTool with { Modules = "path\texample.org/other\ndep\texample.org/A\tv0.1.0\n" }).Build(),
                "[{ to: /opt/other }]"
            );
    }

    public static TinyGoProgram GoTool { get; } =
        new()
        {
            Version = "go1.24.4 X:nodwarf5",
            Modules =
                "path\texample.org/Tool/cmd/tool\n"
                + "mod\texample.org/Tool\tv1.2.3\th1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                + "dep\texample.org/A\tv0.1.0\th1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=\n"
                + "dep\texample.org/b\tv2.0.0+incompatible\n"
                + "=>\texample.org/fork/b/v2\tv2.0.1\tno-sum\n"
                + "dep\texample.org/c\tv0.0.0\n"
                + "=>\t./staging/c\t(devel)\t\n"
                + "dep\texample.org/d\t(devel)\n"
                + "build\tCGO_ENABLED=1\n"
                + "build\tvcs=git\n"
                + "build\tvcs.revision=0123456789abcdef\n"
                + "build\tvcs.time=2026-01-02T03:04:05Z\n"
                + "build\tvcs.modified=true\n",
        };

    /// <summary>With what cargo-auditable leaves: its own package, one of crates.io, one of git, one that only the build needed.</summary>
    public static TinyGoProgram RustTool { get; } =
        new()
        {
            Blob = [],
            AuditData = Zlib(
                """
                {"packages":[{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
                {"name":"libc","version":"0.2.150","source":"crates.io"},{"name":"odd","version":"0.1.0","source":"git"},
                {"name":"rust-tool","version":"2.0.0","source":"local","root":true}]}
                """
            ),
        };

    private static byte[] Zlib(string text)
    {
        using MemoryStream bytes = new();
        using (ZLibStream zlib = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    public const string Copyright = """
        Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

        Files: *
        Copyright: somebody
        License: GPL-2+

        Files: debian/*
        Copyright: somebody else
        License: Expat

        """;

    public static Task<ImmutableArray<SbomFinding>> CheckAsync(AssemblyFixture shop, SpdxDocument document) =>
        new SbomCheck(document, Path.Combine(shop.Root, "check")).RunAsync(
            shop.Layout(),
            Digest.Sha256(document.Packages.Single(package => package.Id == document.Describes).Checksum!.Value),
            TestContext.Current.CancellationToken
        );
}
