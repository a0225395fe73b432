using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Testing;

/// <summary>A lock that fits the sound definition of <see cref="ImageDefinitions"/>.</summary>
internal static class ImageLocks
{
    public static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public static ImageLock Sound =>
        new()
        {
            Image = "tiny",
            Version = "v1.2.3",
            Timestamp = Time,
            Suites =
            [
                new LockedSuite("trixie", Time.AddDays(-9), Digest.Of("a"u8)),
                new LockedSuite("trixie-security", Time, Digest.Of("b"u8)),
            ],
            Debian = new LockedDebian(["main"], Essential: false, Without: ["mawk", "python3"]),
            Wanted = ImmutableSortedDictionary.CreateRange<string, ImmutableArray<string>>(
                StringComparer.Ordinal,
                [new("base", ["bash", "zsh"]), new("top", [])]
            ),
            Upstream =
            [
                new LockedUpstream(
                    "tool",
                    "v9",
                    true,
                    Both(architecture => new LockedFile(
                        $"https://example.org/v9/tool-{architecture}.tgz",
                        Digest.Parse(ImageDefinitions.Checksum),
                        architecture == "amd64" ? 12 : null
                    ))
                ),
            ],
            Packages =
            [
                new LockedPackage("bash", "base", Both(_ => "5.2-1"), Both(architecture => Deb("bash", architecture))),
                new LockedPackage(
                    "zsh",
                    "base",
                    Both(architecture => architecture == "amd64" ? "5.9-1" : "5.9-1+b1"),
                    Both(architecture => Deb("zsh", architecture))
                ),
                new LockedPackage("only", "base", One("1.0"), One(Deb("only", "arm64"))),
            ],
            StandIns = [new LockedPackage("tool", "", Both(_ => "9-1"), Both(architecture => Deb("tool", architecture)))],
        };

    private static LockedFile Deb(string name, string architecture) =>
        new($"debian/pool/main/{name}_{architecture}.deb", Digest.Of(System.Text.Encoding.UTF8.GetBytes(name + architecture)), 100);

    private static ImmutableSortedDictionary<string, T> Both<T>(Func<string, T> of) =>
        ImmutableSortedDictionary.CreateRange<string, T>(StringComparer.Ordinal, [new("amd64", of("amd64")), new("arm64", of("arm64"))]);

    private static ImmutableSortedDictionary<string, T> One<T>(T value) =>
        ImmutableSortedDictionary.CreateRange<string, T>(StringComparer.Ordinal, [new("arm64", value)]);
}
