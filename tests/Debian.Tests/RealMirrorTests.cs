using Slipway.Fetching;
using Slipway.Http;
using Slipway.Testing;

namespace Slipway.Debian.Tests;

/// <summary>Debian's real archive, over the mirror that this machine's apt uses; skipped where none answers.</summary>
public sealed class RealMirrorTests : IDisposable
{
    private static readonly string[] Wanted =
    [
        "mount",
        "util-linux",
        "e2fsprogs",
        "xfsprogs",
        "nfs-common",
        "cifs-utils",
        "iptables",
        "conntrack",
        "ipset",
        "socat",
        "kmod",
        "udev",
        "ca-certificates",
    ];

    private readonly DownloadFixture _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_tools_of_a_kubelet_resolve_alike_on_both_architectures()
    {
        DebianMirror? mirror = DebianMirror.Of(AptConfiguration.Read("/"));
        Assert.SkipWhen(mirror is null, "this machine's apt knows no Debian mirror");
        DebianRepository repository = new(_bench.Reader, _bench.Download, new Gpgv(Keyring(), ArchiveKeys.Debian), mirror);

        List<Resolution> resolutions = [];
        foreach (string architecture in new[] { "amd64", "arm64" })
            resolutions.Add(await ResolveAsync(repository, architecture));

        Resolution.RequireSameVersions(resolutions);
        Assert.All(resolutions, resolution =>
        {
            string[] names = [.. resolution.Packages.Select(resolved => resolved.Package.Name)];
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            Assert.Empty(Wanted.Union(["base-files", "libc6", "mawk", "libwbclient0"]).Except(names));
            Assert.InRange(names.Length, 100, 250);
            Assert.All(resolution.Packages, resolved => Assert.StartsWith("pool/", resolved.Package.Filename));
        });
    }

    private static async Task<Resolution> ResolveAsync(DebianRepository repository, string architecture)
    {
        List<PackageIndex> indexes = [];
        foreach (string name in new[] { "trixie", "trixie-updates", "trixie-security" })
        {
            DebianSuite suite;
            try
            {
                // A mirror may be frozen on purpose, as this machine's may; expiry has tests of its own.
                suite = await repository.ReadSuiteAsync(name, freshAt: null, default);
            }
            catch (RemoteException e)
            {
                Assert.Skip($"no mirror answers: {e.Message}");
                throw;
            }

            indexes.Add(await repository.ReadPackagesAsync(suite, "main", architecture, default));
        }

        return new DependencyResolver(indexes).Resolve(
            [
                ["mount", "util-linux"],
                Wanted,
            ],
            withEssential: true
        );
    }

    private static string Keyring()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "images", "keys", "debian-archive-keyring.gpg");
    }
}
