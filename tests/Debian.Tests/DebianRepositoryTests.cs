using System.IO.Compression;
using System.Text;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Debian.Tests;

public sealed class DebianRepositoryTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private readonly DownloadFixture _bench = new();
    private readonly byte[] _text = Encoding.UTF8.GetBytes(Archive.Stanza("kmod", "34-2"));
    private readonly List<DebianMirror> _mirrors = [];
    private LoopbackServer _server = null!;

    private byte[] Packed => Gzip(_text);

    private string ByHash => $"debian/dists/trixie/main/binary-arm64/by-hash/SHA256/{Digest.Of(Packed).Hex}";

    private DebianRepository Repository => new(_bench.Reader, _bench.Download, keys.Gpgv, _mirrors[0]);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(ArchiveSigningKeys.Available, "needs gpg and gpgv");
        _server = await LoopbackServer.StartAsync();
        _mirrors.Add(DebianMirror.At(_server.Address.ToString()));
        Sign(Release());
        _server.Serve(ByHash, Packed);
        _server.Serve("debian/dists/trixie/main/binary-arm64/Packages.gz", Packed);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_suite_is_read_with_its_packages_by_hash()
    {
        DebianSuite suite = await Repository.ReadSuiteAsync("trixie", Now, default);
        PackageIndex index = await Repository.ReadPackagesAsync(suite, "main", "arm64", default);

        Assert.Equal("34-2", index.Find("kmod")!.Version.ToString());
        Assert.Equal("trixie", index.Suite);
        Assert.Equal(new DateTimeOffset(2026, 9, 12, 7, 55, 41, TimeSpan.Zero), suite.Release.Date);
        Assert.Equal(1, _server.CountOf(ByHash));
        Assert.Equal(0, _server.CountOf("debian/dists/trixie/main/binary-arm64/Packages.gz"));
    }

    [Fact]
    public async Task The_plain_path_is_asked_when_there_is_none_by_hash()
    {
        _server.Serve(ByHash, 404);
        Assert.Equal(1, (await ReadAsync()).Count);
        Sign(Release(byHash: "no"));
        Assert.Equal(1, (await ReadAsync()).Count);
        Assert.Equal(1, _server.CountOf(ByHash));
    }

    [Fact]
    public async Task A_second_reading_takes_the_index_from_the_cache()
    {
        await ReadAsync();
        await ReadAsync();
        Assert.Equal(1, _server.CountOf(ByHash));
    }

    [Fact]
    public async Task Packages_that_are_not_what_the_release_names_are_refused()
    {
        _server.Serve(ByHash, Gzip(Encoding.UTF8.GetBytes(Archive.Stanza("kmod", "34-3"))));
        ContentException e = await Assert.ThrowsAsync<ContentException>(ReadAsync);
        Assert.StartsWith("trixie main/binary-arm64/Packages: ", e.Message);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_cached_index_that_was_changed_on_disk_is_refused()
    {
        await ReadAsync();
        string path = Assert.Single(_bench.CachedFiles);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await Assert.ThrowsAnyAsync<Exception>(ReadAsync);
    }

    [Fact]
    public async Task An_index_that_unpacks_to_more_than_the_release_says_is_refused()
    {
        byte[] bomb = Gzip(new byte[50_000_000]);
        Sign(Release(packed: bomb));
        _server.Serve($"debian/dists/trixie/main/binary-arm64/by-hash/SHA256/{Digest.Of(bomb).Hex}", bomb);
        await Assert.ThrowsAsync<ContentException>(ReadAsync);
    }

    [Fact]
    public async Task Another_suite_that_is_signed_as_well_is_refused()
    {
        Sign(Release(suite: "oldstable", codename: "bookworm"));
        Assert.Contains(
            "wanted a release of that Suite or Codename, got Suite oldstable, Codename bookworm",
            (await Assert.ThrowsAsync<ContentException>(ReadAsync)).Message
        );
    }

    [Fact]
    public async Task An_expired_release_is_refused_but_from_a_snapshot()
    {
        Sign(Release(validUntil: "Fri, 20 Nov 2026 23:59:59 UTC"));
        ContentException e = await Assert.ThrowsAsync<ContentException>(ReadAsync);
        Assert.Contains("was valid until 2026-11-20 23:59:59Z", e.Message);
        Assert.NotNull(await Repository.ReadSuiteAsync("trixie", freshAt: null, default));

        Sign(Release(validUntil: "Sat, 21 Nov 2026 00:00:01 UTC"));
        Assert.NotNull(await Repository.ReadSuiteAsync("trixie", Now, default));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(6, false)]
    [InlineData(60 * 24 * 365, false)]
    public async Task A_release_that_is_yet_to_come_is_refused_from_a_snapshot_too(int minutes, bool isTaken)
    {
        DateTimeOffset made = new(2026, 9, 12, 7, 55, 41, TimeSpan.Zero),
            now = made.AddMinutes(-minutes);
        foreach (DateTimeOffset? freshAt in (DateTimeOffset?[])[now, null])
        {
            Task<DebianSuite> read = new DebianRepository(_bench.Reader, _bench.Download, keys.Gpgv, _mirrors[0])
            {
                Clock = new ManualTime(now),
            }.ReadSuiteAsync("trixie", freshAt, default);
            if (isTaken)
                Assert.NotNull(await read);
            else
                Assert.Contains(
                    "2026-09-12 07:55:41Z, which is in the future",
                    (await Assert.ThrowsAsync<ContentException>(() => read)).Message
                );
        }
    }

    [Fact]
    public async Task A_release_signed_by_a_stranger_is_refused()
    {
        _server.Serve("debian/dists/trixie/InRelease", keys.Sign(Release(), keys.Stranger));
        await RefusedAsync("unknown");
    }

    [Fact]
    public async Task A_release_changed_after_signing_is_refused()
    {
        string signed = Encoding.UTF8.GetString(keys.Sign(Release(), keys.Good));
        _server.Serve(
            "debian/dists/trixie/InRelease",
            Encoding.UTF8.GetBytes(
                signed
                    .Replace("by-hash", "By-hash", StringComparison.Ordinal)
                    .Replace("Codename: trixie", "Codename: trixia", StringComparison.Ordinal)
            )
        );
        await RefusedAsync("changed after signing");
    }

    [Fact]
    public async Task Text_before_and_after_the_signed_part_has_no_effect()
    {
        string signed = Encoding.UTF8.GetString(keys.Sign(Release(), keys.Good));
        string around = Release(suite: "evil", codename: "evil", byHash: "no");
        _server.Serve("debian/dists/trixie/InRelease", Encoding.UTF8.GetBytes($"{around}\n{signed}\n{around}"));
        DebianSuite suite = await Repository.ReadSuiteAsync("trixie", Now, default);
        Assert.Equal(("stable", "trixie", true), (suite.Release.Suite, suite.Release.Codename, suite.Release.HasByHash));
    }

    [Fact]
    public async Task Two_suites_that_swapped_names_are_both_refused()
    {
        _server.Serve("debian/dists/trixie/InRelease", keys.Sign(Release("stable-updates", "trixie-updates"), keys.Good));
        _server.Serve("debian/dists/trixie-updates/InRelease", keys.Sign(Release(), keys.Good));
        await RefusedAsync("got Suite stable-updates, Codename trixie-updates");
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => Repository.ReadSuiteAsync("trixie-updates", Now, default));
        Assert.StartsWith("suite trixie-updates: wanted a release of that Suite or Codename, got Suite stable, Codename trixie", e.Message);
    }

    [Fact]
    public async Task The_next_mirror_is_asked_for_a_suite_that_one_lacks()
    {
        _server.Serve("debian/dists/trixie/InRelease", 404);
        _server.Serve("second/debian/dists/trixie/InRelease", keys.Sign(Release(), keys.Good));
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(ReadAsync);
        Assert.Equal(RemoteFault.NotFound, e.Fault);

        _mirrors[0] = _mirrors[0].Then(DebianMirror.At(_server.At("second").ToString()));
        Assert.Equal(_server.At("second/debian/"), (await Repository.ReadSuiteAsync("trixie", Now, default)).Root);
    }

    [Fact]
    public async Task An_architecture_that_the_suite_lacks_is_told()
    {
        DebianSuite suite = await Repository.ReadSuiteAsync("trixie", Now, default);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => Repository.ReadPackagesAsync(suite, "main", "m68k", default));
        Assert.Contains("main/binary-m68k/Packages", e.Message);
    }

    [Theory]
    [InlineData("Date: Sat, 12 Sep 2026 07:55:41 UTC", "")]
    [InlineData("Date: Sat, 12 Sep 2026 07:55:41 UTC", "Date: yesterday")]
    [InlineData("Suite: stable", "Suite: stable\nSuite: testing")]
    [InlineData("SHA256:\n", "SHA256:\n 0 0 main/x\n")]
    [InlineData("Codename: trixie\n", "Codename: trixie\n\n")]
    [InlineData("SHA256:\n", "SHA256:\n 1111111111111111111111111111111111111111111111111111111111111111 9223372036854775807 main/x\n")]
    [InlineData("SHA256:\n", "SHA256:\n 1111111111111111111111111111111111111111111111111111111111111111 9223372036854775808 main/x\n")]
    [InlineData("SHA256:\n", "SHA256:\n 1111111111111111111111111111111111111111111111111111111111111111 18446744073709551615 main/x\n")]
    [InlineData("SHA256:\n", "SHA256:\n 1111111111111111111111111111111111111111111111111111111111111111 -1 main/x\n")]
    [InlineData("SHA256:\n", "SHA256:\n 1111111111111111111111111111111111111111111111111111111111111111 +1 main/x\n")]
    public void A_malformed_release_is_refused(string part, string instead) =>
        Assert.Throws<ContentException>(() =>
            ReleaseFile.Parse(Encoding.UTF8.GetBytes(Release().Replace(part, instead, StringComparison.Ordinal)), "it")
        );

    /// <summary>The suite is named first, and nothing is in the cache.</summary>
    private async Task RefusedAsync(string because)
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(ReadAsync);
        Assert.StartsWith("suite trixie: ", e.Message);
        Assert.Contains(because, e.Message);
        Assert.Empty(_bench.CachedFiles);
    }

    private static byte[] Gzip(byte[] text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(text);
        return packed.ToArray();
    }

    private string Release(
        string suite = "stable",
        string codename = "trixie",
        string byHash = "yes",
        string? validUntil = null,
        byte[]? packed = null
    )
    {
        packed ??= Packed;
        string valid = validUntil is null ? "" : $"Valid-Until: {validUntil}\n";
        return $"Origin: Debian\nSuite: {suite}\nCodename: {codename}\nDate: Sat, 12 Sep 2026 07:55:41 "
            + $"UTC\n{valid}Acquire-By-Hash: {byHash}\n"
            + $"MD5Sum:\n 0 0 main/binary-arm64/Packages.gz\nSHA256:\n {Digest.Of(_text).Hex} {_text.Length} main/binary-arm64/Packages\n"
            + $" {Digest.Of(packed).Hex}   {packed.Length} main/binary-arm64/Packages.gz\n";
    }

    private void Sign(string release) => _server.Serve("debian/dists/trixie/InRelease", keys.Sign(release, keys.Good));

    private async Task<PackageIndex> ReadAsync() =>
        await Repository.ReadPackagesAsync(await Repository.ReadSuiteAsync("trixie", Now, default), "main", "arm64", default);
}
