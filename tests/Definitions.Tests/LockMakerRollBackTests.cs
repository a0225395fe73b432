using System.Globalization;
using System.IO.Compression;
using System.Text;
using Slipway.Debian;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>A lock is never older than the lock before it.</summary>
public sealed class LockMakerRollBackTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>, IAsyncLifetime
{
    private static readonly DateTimeOffset Released = new(2026, 9, 12, 7, 55, 41, TimeSpan.Zero);

    private readonly DownloadFixture _bench = new();
    private readonly byte[] _packages = Encoding.UTF8.GetBytes(Archive.Stanza("kmod", "34-2"));
    private LoopbackServer _server = null!;

    private string Folder => Path.Combine(_bench.Folder, "small");

    private string LockPath => Path.Combine(Folder, ImageLock.FileName);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(ArchiveSigningKeys.Available, "needs gpg and gpgv");
        _server = await LoopbackServer.StartAsync();
        byte[] packed = Gzip(_packages);
        _server.Serve("debian/dists/trixie/main/binary-arm64/Packages.gz", packed);
        _server.Serve(
            "debian/dists/trixie/InRelease",
            keys.Sign(
                "Suite: stable\nCodename: "
                    + $"trixie\nDate: {Released.ToString("ddd, d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} UTC\n"
                    + $"SHA256:\n {Digest.Of(packed).Hex} {packed.Length} main/binary-arm64/Packages.gz\n",
                keys.Good
            )
        );
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, ImageDefinition.FileName), Definition);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_suite_older_than_in_the_lock_is_refused_with_both_dates_before_anything_is_fetched()
    {
        ImageLock newer = At(await MakeAsync(null), Released.AddSeconds(1));
        Directory.Delete(_bench.CacheFolder, recursive: true);

        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MakeAsync(newer));

        Assert.StartsWith(
            "suite trixie: wanted a release no older than the lock's of 2026-09-12 07:55:42Z, got one of 2026-09-12 07:55:41Z",
            e.Message
        );
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task The_same_date_an_earlier_one_and_no_lock_are_no_roll_back()
    {
        ImageLock first = await MakeAsync(null);
        Assert.Equal(Released, Assert.Single((await MakeAsync(first)).Suites).Date);
        Assert.Equal(Released, (await MakeAsync(At(first, Released.AddDays(-1)))).Timestamp);
    }

    [Fact]
    public async Task A_suite_that_the_lock_does_not_have_is_no_roll_back()
    {
        ImageLock first = await MakeAsync(null);
        ImageLock other = first with { Suites = [new LockedSuite("sid", Released.AddYears(1), first.Suites[0].InRelease)] };
        Assert.Equal("trixie", Assert.Single((await MakeAsync(other)).Suites).Name);
    }

    [Fact]
    public async Task The_previous_lock_is_none_when_there_is_no_file_and_the_one_that_was_written_else()
    {
        Assert.Null(await LockMaker.PreviousAsync(Folder, default));
        await ImageLockFile.WriteAsync(Folder, await MakeAsync(null), default);
        Assert.Equal(Released, (await LockMaker.PreviousAsync(Folder, default))!.Suites[0].Date);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"schema\": 2}")]
    [InlineData("<<<<<<< HEAD\n")]
    public async Task A_previous_lock_that_cannot_be_read_is_an_error_that_names_it(string text)
    {
        await File.WriteAllTextAsync(LockPath, text);
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() => LockMaker.PreviousAsync(Folder, default));
        Assert.StartsWith("images/small/image.lock.json:", e.Message);
        Assert.EndsWith("restore it from git, or delete it to lock from scratch", e.Message);
        Assert.Equal(text, await File.ReadAllTextAsync(LockPath));
    }

    private static ImageLock At(ImageLock made, DateTimeOffset date) =>
        made with
        {
            Suites = [.. made.Suites.Select(suite => suite with { Date = date })],
        };

    private static byte[] Gzip(byte[] text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(text);
        return packed.ToArray();
    }

    private Task<ImageLock> MakeAsync(ImageLock? previous)
    {
        DebianRepository repository = new(_bench.Reader, _bench.Download, keys.Gpgv, DebianMirror.At(_server.Address.ToString()));
        return new LockMaker(repository, freshAt: null).MakeAsync(ImageDefinitionFile.Read(Folder), previous, default);
    }

    private const string Definition = """
        title: small
        description: A small image for tests
        version: v1.2.3
        source: https://example.org/small
        licenses: Apache-2.0
        platforms: [linux/arm64]
        repositories:
          official: quay.io/slipway-tests/small
          fallback: docker.io/slipwaytests/small
        debian:
          suites: [trixie]
          components: [main]
          essential: false
        layers:
          - name: system
            title: some of Debian
            packages: [kmod]
        accounts:
          - { name: root, id: 0, home: /root, shell: /bin/sh }
        config:
          entrypoint: [/usr/bin/kmod]

        """;
}
