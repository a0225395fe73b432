using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

public sealed class ContentCacheTests : IDisposable
{
    private readonly DownloadFixture _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_was_added_is_found_by_its_digest()
    {
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        Digest digest = Digest.Of(content);
        Assert.Null(_bench.Cache.Find(digest, content.Length));

        string path = await AddAsync(content, digest);

        Assert.Equal(content, await File.ReadAllBytesAsync(path));
        Assert.Equal(path, _bench.Cache.Find(digest, content.Length));
        Assert.Equal(path, _bench.Cache.Find(digest, null));
        Assert.EndsWith($"sha256/{digest.Hex}", path);
    }

    [Fact]
    public async Task A_sha512_digest_has_its_own_folder()
    {
        byte[] content = [1, 2, 3];
        Digest digest = Digest.FromHash("sha512", SHA512.HashData(content));
        Assert.EndsWith($"sha512/{digest.Hex}", await AddAsync(content, digest));
    }

    [Theory]
    [InlineData(10L)]
    [InlineData(null)]
    public async Task A_wrong_byte_keeps_nothing_and_says_wanted_and_got(long? size)
    {
        Digest wanted = Digest.Of("0123456789"u8);
        byte[] other = "0123456780"u8.ToArray();

        ContentException e = await Assert.ThrowsAsync<ContentException>(() => AddAsync(other, wanted, size));

        Assert.Equal($"the file: sha256 wanted {wanted.Hex}, got {Digest.Of(other).Hex}; nothing was kept", e.Message);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_before_they_are_stored()
    {
        Digest wanted = Digest.Of("abc"u8);
        EndlessStream endless = new();
        await Assert.ThrowsAsync<ContentException>(() =>
            _bench.Cache.AddAsync(
                new WantedContent
                {
                    What = "the file",
                    Digest = wanted,
                    Limit = 100_000,
                },
                _ => Task.FromResult<Stream>(endless),
                default
            )
        );
        Assert.InRange(endless.BytesRead, 1, 400_000);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_cancelled_copy_leaves_nothing()
    {
        using CancellationTokenSource cancel = new();
        EndlessStream endless = new() { After = (1_000_000, cancel.Cancel) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _bench.Cache.AddAsync(
                new WantedContent { What = "the file", Digest = Digest.Of([]) },
                _ => Task.FromResult<Stream>(endless),
                cancel.Token
            )
        );
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task Many_may_add_the_same_at_once()
    {
        byte[] content = RandomNumberGenerator.GetBytes(2_000_000);
        Digest digest = Digest.Of(content);
        // Another cache object over the same folder stands for another process: nothing is shared in memory.
        string[] paths = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    Task.Run(() =>
                        new ContentCache(_bench.CacheFolder, TimeProvider.System).AddAsync(
                            Wanted(digest, content.Length),
                            _ => Task.FromResult<Stream>(new MemoryStream(content)),
                            default
                        )
                    )
                )
        );

        Assert.Equal(content, await File.ReadAllBytesAsync(Assert.Single(paths.Distinct())));
        Assert.Single(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_file_of_the_wrong_size_is_not_found_and_is_replaced()
    {
        byte[] content = "whole"u8.ToArray();
        Digest digest = Digest.Of(content);
        string path = await AddAsync(content, digest);
        await File.WriteAllTextAsync(path, "torn!!");
        Assert.Null(_bench.Cache.Find(digest, content.Length));

        await AddAsync(content, digest);

        Assert.Equal(content, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task What_a_killed_process_left_a_day_ago_is_removed_and_what_another_writes_now_is_not()
    {
        string old = _bench.PartOf(Digest.Of([2])),
            young = _bench.PartOf(Digest.Of([3]));
        Directory.CreateDirectory(Path.GetDirectoryName(old)!);
        await File.WriteAllTextAsync(old, "x");
        await File.WriteAllTextAsync(young, "x");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-25));
        File.SetLastWriteTimeUtc(young, DateTime.UtcNow.AddHours(-23));

        await AddAsync([1], Digest.Of([1]));

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named_with_the_parameter_to_use()
    {
        string file = Path.Combine(_bench.Folder, "file");
        await File.WriteAllTextAsync(file, "");
        ContentCache cache = new(Path.Combine(file, "cache"), TimeProvider.System);
        IOException e = await Assert.ThrowsAsync<IOException>(() =>
            cache.AddAsync(Wanted(Digest.Of([1]), 1), _ => Task.FromResult<Stream>(new MemoryStream([1])), default)
        );
        Assert.Contains(file, e.Message);
        Assert.Contains("--cache-directory", e.Message);
    }

    [Fact]
    public async Task A_full_disk_is_told_with_the_folder_and_what_to_do()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, the device that always is");
        string part = _bench.PartOf(Digest.Of([1]));
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        File.CreateSymbolicLink(part, "/dev/full");

        IOException e = await Assert.ThrowsAsync<IOException>(() => AddAsync([1], Digest.Of([1])));

        Assert.StartsWith($"content cache {_bench.CacheFolder}: No space left on device", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "; free space there (./build.sh Cache --prune removes files that were not used recently), or name another folder with "
                + "--cache-directory",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task Missing_rights_are_told_with_the_folder_and_what_to_do()
    {
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "needs /sys, where not even root may make folders");
        ContentCache cache = new("/sys/slipway", TimeProvider.System);
        UnauthorizedAccessException e = await Assert.ThrowsAsync<UnauthorizedAccessException>(() =>
            cache.AddAsync(Wanted(Digest.Of([1]), 1), _ => Task.FromResult<Stream>(new MemoryStream([1])), default)
        );
        Assert.StartsWith("content cache /sys/slipway: ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("; allow writing there, or name another folder with --cache-directory", e.Message, StringComparison.Ordinal);
        Assert.Null(cache.Find(Digest.Of([1]), 1));
        Assert.Null(cache.Use());
    }

    private static WantedContent Wanted(Digest digest, long? size) =>
        new()
        {
            What = "the file",
            Digest = digest,
            Size = size,
        };

    private Task<string> AddAsync(byte[] content, Digest digest, long? size = null) =>
        _bench.Cache.AddAsync(Wanted(digest, size), _ => Task.FromResult<Stream>(new MemoryStream(content)), default);
}

/// <summary>Zeros without end, that can do something after some of them.</summary>
internal sealed class EndlessStream : MemoryStream
{
    public long BytesRead { get; private set; }

    public (long Bytes, Action Action)? After { get; init; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        buffer.Span.Clear();
        BytesRead += buffer.Length;
        if (After is { } after && BytesRead >= after.Bytes)
            after.Action();
        return ValueTask.FromResult(buffer.Length);
    }
}
