using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>A locked image of two platforms as a provenance needs it; no file of it exists.</summary>
internal static class ProvenanceSamples
{
    public const string Source = "https://example.org/tiny";

    public static DateTimeOffset Started { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static ImmutableArray<Platform> Platforms { get; } = [Platform.LinuxAmd64, Platform.LinuxArm64];

    public static ImageLock Lock { get; } =
        new()
        {
            Image = "tiny",
            Version = "v1.0.0",
            Timestamp = Started,
            Suites = [],
            Debian = new LockedDebian(["main"], Essential: false, []),
            Wanted = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            Upstream = [new LockedUpstream("tool", "v1.0.0", Confirmed: true, Files("https://example.com/{0}/tool", ""))],
            Packages =
            [
                Package("libstdc++6", "14.2.0-19+deb13u1", "debian/pool/main/g/gcc-14/libstdc++6_14.2.0-19+deb13u1_{0}.deb"),
                Package("mount", "1:2.41~rc1-5", "debian/pool/main/u/util-linux/mount_2.41~rc1-5_{0}.deb"),
                Package("netbase", "6.5", "debian/pool/main/n/netbase/netbase_6.5_all.deb"),
            ],
            StandIns = [Package("kubernetes-client", "1", "debian/pool/main/k/k/k_1_{0}.deb")],
        };

    public static ProvenanceSource NewSource(Builder? builder = null, GitState? git = null, Toolchain? toolchain = null) =>
        new()
        {
            Image = new AssembledImage(
                "tiny",
                Manifest("index"),
                [.. Platforms.Select(platform => new AssembledPlatform(platform, Manifest(platform.ToString()), []))]
            ),
            Assembly = new AssemblyRecord(
                Manifest("index").Digest,
                new AssemblyInput(Hash("definition"), Hash("lock"), Hash("files")),
                toolchain ?? new Toolchain("10.0.400", "10.0.8"),
                Started,
                Started.AddSeconds(61)
            ),
            Materials = LockedMaterials.Of(Lock, Platforms),
            Git = git ?? SignedReleaseFixture.Exact,
            Source = Source,
            Builder = builder ?? Builder.Local,
        };

    public static SlsaProvenance New(Builder? builder = null, GitState? git = null) => NewSource(builder, git).ToProvenance();

    /// <summary>All that can be asked; a provenance of <see cref="New"/> passes.</summary>
    public static ProvenanceCheck Check { get; } =
        new()
        {
            Image = "tiny",
            Source = Source,
            Tag = "tiny/v1.0.0",
            Commit = SignedReleaseFixture.Exact.Commit,
            Builder = Builder.Local.Id,
            Platforms = [Platform.LinuxArm64, Platform.LinuxAmd64],
            Lock = Hash("lock"),
            Way = BuildMethod.Assembled,
            Materials = LockedMaterials.Of(Lock, Platforms),
        };

    public static Digest Hash(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    private static Descriptor Manifest(string text) => new(MediaType.Manifest, Hash(text), text.Length);

    private static LockedPackage Package(string name, string version, string location) =>
        new(
            name,
            "all",
            Platforms.ToImmutableSortedDictionary(platform => platform.Architecture, _ => version, StringComparer.Ordinal),
            Files(location, version)
        );

    private static ImmutableSortedDictionary<string, LockedFile> Files(string location, string version) =>
        Platforms
            .Select(platform => (platform.Architecture, Location: location.Replace("{0}", platform.Architecture, StringComparison.Ordinal)))
            .ToImmutableSortedDictionary(
                file => file.Architecture,
                file => new LockedFile(file.Location, Hash(file.Location + version), 1),
                StringComparer.Ordinal
            );
}
