using System.Collections.Immutable;
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
