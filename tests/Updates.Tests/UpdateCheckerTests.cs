using System.Globalization;
using System.Text;
using Slipway.Advisories;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Updates.Tests;

/// <summary>What is newer than a lock: suites that a scratch key signed, upstream in a folder.</summary>
public sealed class UpdateCheckerTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>, IDisposable
{
    private static readonly DateTimeOffset Released = new(2026, 9, 12, 7, 55, 41, TimeSpan.Zero);
    private static readonly (string, string, string)[] None = [];

    private readonly DownloadFixture _bench = new();
    private readonly ImageDefinitions _scratch = new();
    private bool _hasZsh;

    public void Dispose()
    {
        _scratch.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_package_newer_in_the_security_suite_is_a_security_update_and_one_of_the_main_suite_is_none()
    {
        await PublishAsync([("bash", "5.2-1", ""), ("zsh", "5.9-1", "")], None);
        ImageLock locked = await LockAsync();
        Assert.False((await LookAsync(locked)).IsOutdated);
        await PublishAsync([("bash", "5.2-1", ""), ("zsh", "5.9-2", "")], [("bash", "5.2-1+deb13u1", "")], days: 1);

        AvailableUpdates updates = await LookAsync(locked);

        Assert.Equal(
            [("bash", "5.2-1", "5.2-1+deb13u1", "trixie-security", true), ("zsh", "5.9-1", "5.9-2", "trixie", false)],
            updates.Packages.Select(package =>
                (package.Name, package.From!.ToString(), package.To!.ToString(), package.Suite, package.IsSecurity)
            )
        );
        Assert.True(updates.HasSecurityUpdates);
        Assert.All(updates.Packages, package => Assert.Equal(["arm64"], package.Architectures));
    }

    [Fact]
    public async Task A_security_update_that_a_point_release_took_into_the_main_suite_is_one_still()
    {
        await PublishAsync([("bash", "5.2-1", "")], None);
        ImageLock locked = await LockAsync();
        await PublishAsync([("bash", "5.2-1+deb13u2", "")], [("bash", "5.2-1+deb13u1", "")], days: 1);
        PackageUpdate bash = Assert.Single((await LookAsync(locked)).Packages);
        Assert.Equal(("trixie", true), (bash.Suite, bash.IsSecurity));
        // What the security suite had before the lock is no news.
        await PublishAsync([("bash", "5.2-1+deb13u2", "")], [("bash", "5.2-0+deb13u9", "")], days: 2);
        Assert.False((await LookAsync(locked)).HasSecurityUpdates);
    }

    [Fact]
    public async Task Packages_that_come_go_or_become_older_are_told_as_that()
    {
        await PublishAsync([("bash", "5.2-2", "Depends: old"), ("old", "1", "")], None);
        ImageLock locked = await LockAsync();
        await PublishAsync([("bash", "5.2-1", "Depends: new"), ("new", "1", "")], None, days: 1);
        Assert.Equal(
            [("bash", PackageChange.Older), ("new", PackageChange.Added), ("old", PackageChange.Removed)],
            (await LookAsync(locked)).Packages.Select(package => (package.Name, package.Change))
        );
    }

    [Theory]
    [InlineData("glibc", "2.41-12+deb13u2", true)]
    [InlineData("glibc", "2.41-12+deb13u1", false)]
    [InlineData("libc6", "2.41-12+deb13u2", false)]
    public async Task Advisories_count_by_the_source_and_its_version(string source, string fixedIn, bool isFixed)
    {
        await PublishAsync([("bash", "5.2-1", "Depends: libc6"), ("libc6", "2.41-12+deb13u1+b1", "Source: glibc (2.41-12+deb13u1)")], None);
        ImageLock locked = await LockAsync();
        await PublishAsync([("bash", "5.2-1", "Depends: libc6")], [("libc6", "2.41-12+deb13u2", "Source: glibc")], days: 1);
        string path = Path.Combine(_bench.Folder, "tracker.json");
        await File.WriteAllTextAsync(
            path,
            $"{{ \"{source}\": {{ \"CVE-2026-1\": {{ \"releases\": {{ \"trixie\": {{ \"status\": \"resolved\", \"fixed_version\": "
                + $"\"{fixedIn}\" }} }} }} }} }}",
            TestContext.Current.CancellationToken
        );

        // The suites no longer have the locked version: its source is told by its place in the pool.
        ImageLock pooled = locked with
        {
            Packages =
            [
                .. locked.Packages.Select(package =>
                    package.Name == "libc6"
                        ? package with
                        {
                            Files = package.Files.SetItem(
                                "arm64",
                                package.Files["arm64"] with
                                {
                                    Location = "debian/pool/main/g/glibc/libc6_1_arm64.deb",
                                }
                            ),
                        }
                        : package
                ),
            ],
        };
        PackageUpdate libc = Assert.Single((await LookAsync(pooled, scope => AdvisoryFile.Read(path, scope, default))).Packages);

        Assert.Equal(isFixed ? ["CVE-2026-1"] : [], libc.Fixes);
    }

    [Fact]
    public async Task One_source_out_of_reach_hides_no_other_and_is_told()
    {
        await PublishAsync([("bash", "5.2-1", "")], None);
        ImageLock locked = await LockAsync();
        await PublishAsync([("bash", "5.2-2", "")], None, days: 1);
        File.Delete(UpstreamPath("stable-1.2.txt"));

        AvailableUpdates updates = await LookAsync(locked);
        Assert.Equal(["bash"], updates.Packages.Select(package => package.Name));
        Assert.Equal(["tiny"], updates.Problems.Select(problem => problem.Subject));
        Assert.IsType<RemoteException>(updates.Problems[0].Reason, exactMatch: false);

        Say("v1.2.4");
        Directory.Delete(Path.Combine(_bench.Folder, "debian"), recursive: true);
        updates = await LookAsync(locked);
        Assert.Equal("v1.2.4", Assert.Single(updates.Upstream).Update!.Text);
        Assert.Equal(["packages"], updates.Problems.Select(problem => problem.Subject));
    }

    [Fact]
    public async Task A_suite_that_was_rolled_back_or_forged_is_told_as_that_and_never_as_an_update()
    {
        await PublishAsync([("bash", "5.2-2", "")], None);
        ImageLock locked = await LockAsync();
        await PublishAsync([("bash", "5.2-9", "")], None, days: -1);
        UpdateCheckProblem rolled = Assert.Single((await LookAsync(locked)).Problems);
        Assert.StartsWith(
            "suite trixie: wanted a release no older than the lock's",
            Assert.IsType<ContentException>(rolled.Reason).Message,
            StringComparison.Ordinal
        );

        await PublishAsync([("bash", "5.2-9", "")], None, days: 1, by: keys.Stranger);
        AvailableUpdates forged = await LookAsync(locked);
        Assert.IsType<ContentException>(Assert.Single(forged.Problems).Reason);
        Assert.Empty(forged.Packages);
    }

    /// <summary>The sound definition with one platform and package, and upstream asked about the image's own version alone.</summary>
    private static string Definition =>
        string.Join(
            '\n',
            ImageDefinitions
                .Sound.ReplaceLineEndings("\n")
                .Replace("platforms: [linux/amd64, linux/arm64]\n", "platforms: [linux/arm64]\n", StringComparison.Ordinal)
                .Replace("packages: [zsh, bash]", "packages: [bash]", StringComparison.Ordinal)
                .Replace("standIn: { package: tool,", "standIn: { package: bash,", StringComparison.Ordinal)
                .Split('\n')
                .Where(line =>
                    !line.Contains("{multiarch}", StringComparison.Ordinal)
                    && !line.Contains("github: test/tool", StringComparison.Ordinal)
                    && !line.StartsWith("  without:", StringComparison.Ordinal)
                )
        );

    private LockMaker Maker =>
        new(
            new DebianRepository(_bench.Reader, _bench.Download, keys.Gpgv, DebianMirror.At(Path.Combine(_bench.Folder, "debian"))),
            freshAt: null
        );

    private string UpstreamPath(string file) => Path.Combine(_bench.Folder, "upstream", "example.org", "release", file);

    private ImageDefinition Read() =>
        _scratch.Read(_hasZsh ? Definition.Replace("packages: [bash]", "packages: [bash, zsh]", StringComparison.Ordinal) : Definition);

    private Task<ImageLock> LockAsync()
    {
        Say("v1.2.3");
        return Maker.MakeAsync(Read(), null, default);
    }

    private Task<AvailableUpdates> LookAsync(ImageLock locked, Func<AdvisoryScope, AdvisoryList>? read = null) =>
        new UpdateChecker(
            new VersionSource(_bench.Reader, UpstreamMirror.At(Path.Combine(_bench.Folder, "upstream")), new NoReleases()),
            Maker,
            new Lifecycle([]),
            TimeProvider.System
        ).LookAsync(Read(), locked, VersionReach.Patch, read, default);

    private void Say(string version)
    {
        foreach (string file in (string[])["stable-1.2.txt", "stable.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(UpstreamPath(file))!);
            File.WriteAllText(UpstreamPath(file), version);
        }
    }

    private async Task PublishAsync((string, string, string)[] main, (string, string, string)[] security, int days = 0, string? by = null)
    {
        Assert.SkipUnless(ArchiveSigningKeys.Available, "needs gpg and gpgv");
        _hasZsh = main.Any(package => package.Item1 == "zsh");
        foreach (
            (string suite, (string Name, string Version, string Fields)[] packages) in new[]
            {
                ("trixie", main),
                ("trixie-security", security),
            }
        )
        {
            byte[] packed = DebBuilder.Gzip(
                Encoding.UTF8.GetBytes(
                    string.Concat(packages.Select(package => Archive.Stanza(package.Name, package.Version, package.Fields)))
                )
            );
            string folder = Path.Combine(_bench.Folder, "debian", suite == "trixie" ? "debian" : "debian-security", "dists", suite);
            Directory.CreateDirectory(Path.Combine(folder, "main", "binary-arm64"));
            await File.WriteAllBytesAsync(Path.Combine(folder, "main", "binary-arm64", "Packages.gz"), packed);
            string date = Released.AddDays(days).ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
            await File.WriteAllBytesAsync(
                Path.Combine(folder, "InRelease"),
                keys.Sign(
                    $"Suite: {suite}\nCodename: {suite}\nDate: {date} UTC\nSHA256:\n {Digest.Of(packed).Hex} {packed.Length} "
                        + "main/binary-arm64/Packages.gz\n",
                    by ?? keys.Good
                )
            );
        }
    }

    private sealed class NoReleases : IReleaseList
    {
        public Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);
    }
}
