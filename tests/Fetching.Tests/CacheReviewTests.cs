using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

public sealed class CacheReviewTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly DownloadFixture _bench = new();
    private readonly CacheReview _review;

    public CacheReviewTests()
    {
        _review = new CacheReview(_bench.CacheFolder, new FixedTime(Now));
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_summary_counts_files_bytes_and_kinds_and_names_the_oldest_use()
    {
        await AddAsync([.. "!<arch>\n"u8, .. "debian-binary"u8], age: TimeSpan.FromDays(3));
        await AddAsync([0x1f, 0x8b, 8, 0], age: TimeSpan.FromDays(9));
        await AddAsync([.. "\u007fELF"u8, 2, 1], age: TimeSpan.Zero);
        await AddAsync([7], age: TimeSpan.Zero);
        await LeaveAsync([1, 2], TimeSpan.Zero);

        CacheSummary summary = _review.Summarize();

        Assert.Equal((4, 21 + 4 + 6 + 1L, Now.AddDays(-9), 1), (summary.Files, summary.Bytes, summary.Oldest, summary.Unfinished));
        Assert.Equal(
            [
                new CacheShare("Debian packages", 1, 21),
                new CacheShare("gzip archives and layers", 1, 4),
                new CacheShare("other", 1, 1),
                new CacheShare("programs", 1, 6),
            ],
            summary.Kinds
        );
    }

    [Fact]
    public async Task A_cache_that_is_not_there_is_empty_and_stays_away()
    {
        Assert.Equal(0, _review.Summarize().Files);
        Assert.Null(_review.Summarize().Oldest);
        Assert.Empty(await _review.VerifyAsync(default));
        Assert.Empty(_review.Prune(TimeSpan.Zero, 0).Removed);
        Assert.False(Directory.Exists(_bench.CacheFolder));
    }

    [Fact]
    public async Task What_is_wrong_is_removed_and_named_and_the_rest_stays()
    {
        string right = await AddAsync([1, 2, 3], TimeSpan.Zero);
        string flipped = await AddAsync([4, 5, 6], TimeSpan.Zero),
            cut = await AddAsync([7, 8, 9], TimeSpan.Zero);
        byte[] large = RandomNumberGenerator.GetBytes(100);
        Digest sha512 = Digest.FromHash("sha512", SHA512.HashData(large));
        string other = await _bench.Cache.AddAsync(
            new WantedContent { What = "x", Digest = sha512 },
            _ => Task.FromResult<Stream>(new MemoryStream(large)),
            default
        );
        await File.WriteAllBytesAsync(flipped, [4, 5, 7]);
        await File.WriteAllBytesAsync(cut, []);
        string foreign = Path.Combine(_bench.CacheFolder, "sha256", "README");
        await File.WriteAllTextAsync(foreign, "not the cache's");

        IReadOnlyList<CachedFile> wrong = await _review.VerifyAsync(default);

        Assert.Equal(
            new[] { Digest.Of([4, 5, 6]), Digest.Of([7, 8, 9]) }.OrderBy(digest => digest.Hex, StringComparer.Ordinal),
            wrong.Select(file => file.Digest)
        );
        Assert.Equal(new[] { right, other, foreign }.Order(StringComparer.Ordinal), _bench.CachedFiles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_beginning_is_left_to_who_goes_on_with_it()
    {
        string part = await LeaveAsync([1, 2], TimeSpan.Zero);
        Assert.Empty(await _review.VerifyAsync(default));
        Assert.True(File.Exists(part));
    }

    [Fact]
    public async Task What_was_not_used_for_long_enough_goes()
    {
        await AddAsync([1], TimeSpan.FromDays(31));
        string young = await AddAsync([2], TimeSpan.FromDays(29));
        await LeaveAsync([3, 3], TimeSpan.FromDays(31));

        PruneResult pruned = _review.Prune(TimeSpan.FromDays(30), null);

        Assert.Equal([Digest.Of([1])], pruned.Removed.Select(file => file.Digest));
        Assert.Equal((1, 3L, 0), (pruned.Unfinished, pruned.Bytes, pruned.InUse));
        Assert.Equal([young], _bench.CachedFiles);
    }

    [Fact]
    public async Task What_is_unused_for_longest_goes_until_the_rest_fits()
    {
        await AddAsync(new byte[400], TimeSpan.FromDays(3));
        await AddAsync(new byte[300], TimeSpan.FromDays(2));
        string last = await AddAsync(new byte[200], TimeSpan.FromDays(1));

        Assert.Equal(900, _review.Files().Sum(file => file.Bytes));
        Assert.Empty(_review.Prune(null, 900).Removed);
        Assert.Equal([400L, 300L], _review.Prune(null, 499).Removed.Select(file => file.Bytes));
        Assert.Equal([last], _bench.CachedFiles);
    }

    [Fact]
    public async Task To_look_for_a_file_counts_as_its_use()
    {
        byte[] content = [1, 2, 3];
        await AddAsync(content, TimeSpan.FromDays(31));
        new ContentCache(_bench.CacheFolder, new FixedTime(Now)).Find(Digest.Of(content), 3);
        Assert.Empty(_review.Prune(TimeSpan.FromDays(30), null).Removed);
        Assert.Equal(Now, _review.Files().Single().LastUse);
    }

    [Fact]
    public async Task While_another_run_uses_the_cache_what_it_may_be_at_stays()
    {
        string recent = await AddAsync([1], TimeSpan.FromMinutes(59));
        await AddAsync([2], TimeSpan.FromMinutes(61));
        using (_bench.Cache.Use())
        {
            PruneResult pruned = _review.Prune(TimeSpan.Zero, 0);
            Assert.Equal((1, 1), (pruned.Removed.Count, pruned.InUse));
            Assert.Equal([recent], _bench.CachedFiles);
        }

        Assert.Single(_review.Prune(TimeSpan.Zero, 0).Removed);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_file_that_someone_reads_stays_readable_to_him()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows leaves the file instead");
        string path = await AddAsync([1, 2, 3], TimeSpan.FromDays(2));
        using FileStream reader = File.OpenRead(path);
        Assert.Single(_review.Prune(TimeSpan.FromDays(1), null).Removed);
        Assert.False(File.Exists(path));
        Assert.Equal(1, reader.ReadByte());
    }

    [Fact]
    public async Task A_file_that_is_being_made_is_left_alone()
    {
        string path = await AddAsync([1], TimeSpan.FromDays(2));
        string part = await LeaveAsync([1], TimeSpan.FromDays(2));
        using (CacheLock.TryTake(Path.Combine(_bench.CacheFolder, "locks", Digest.Of([1]).Hex[..2])))
            Assert.Equal(1, _review.Prune(TimeSpan.FromDays(1), null).InUse);
        Assert.True(File.Exists(path));
        Assert.True(File.Exists(part));
    }

    private async Task<string> AddAsync(byte[] content, TimeSpan age)
    {
        string path = await _bench.Cache.AddAsync(
            new WantedContent { What = "x", Digest = Digest.Of(content) },
            _ => Task.FromResult<Stream>(new MemoryStream(content)),
            default
        );
        File.SetLastWriteTimeUtc(path, (Now - age).UtcDateTime);
        return path;
    }

    private async Task<string> LeaveAsync(byte[] beginning, TimeSpan age)
    {
        string part = _bench.PartOf(Digest.Of([beginning[0]]));
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        await File.WriteAllBytesAsync(part, beginning);
        File.SetLastWriteTimeUtc(part, (Now - age).UtcDateTime);
        return part;
    }
}

/// <summary>Always the same time; the timestamp can be moved on.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    /// <summary>Since the beginning.</summary>
    public TimeSpan Passed { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now + Passed;

    public override long GetTimestamp() => Passed.Ticks;
}
