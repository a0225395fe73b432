using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

/// <summary>What was cut is gone on with, and whatever servers make of that, the hash decides.</summary>
public sealed class ResumeTests : IAsyncLifetime
{
    private readonly DownloadFixture _bench = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(500_000);
    private LoopbackServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LoopbackServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_cut_body_is_gone_on_with_where_it_was_cut()
    {
        RangeServer file = new(_server, "a", _content) { Cuts = Cuts(200_000, 100_000) };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000-", "bytes=300000-"], file.Ranges);
    }

    [Fact]
    public async Task A_strong_entity_tag_is_sent_along_and_a_weak_one_is_not()
    {
        RangeServer strong = new(_server, "a", _content) { Cuts = Cuts(200_000), EntityTag = "\"one\"" };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000- if \"one\""], strong.Ranges);
        Forget();
        RangeServer weak = new(_server, "b", _content) { Cuts = Cuts(200_000), EntityTag = "W/\"one\"" };
        await FetchAsync("b");
        Assert.Equal(["whole", "bytes=200000-"], weak.Ranges);
    }

    [Fact]
    public async Task A_time_of_modification_is_sent_along_when_it_is_not_of_this_second()
    {
        DateTimeOffset long_ago = new(2020, 2, 2, 2, 2, 2, TimeSpan.Zero);
        RangeServer old = new(_server, "a", _content) { Cuts = Cuts(200_000), LastModified = long_ago };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000- if Sun, 02 Feb 2020 02:02:02 GMT"], old.Ranges);
        Forget();
        RangeServer young = new(_server, "b", _content) { Cuts = Cuts(200_000), LastModified = DateTimeOffset.UtcNow.AddMinutes(1) };
        await FetchAsync("b");
        Assert.Equal(["whole", "bytes=200000-"], young.Ranges);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_gives_the_whole_again()
    {
        RangeServer file = new(_server, "a", _content) { Cuts = Cuts(200_000), IgnoresRanges = true };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000-"], file.Ranges);
    }

    [Theory]
    [InlineData("bytes 0-{1}/{2}")]
    [InlineData("bytes 100000-{1}/{2}")]
    [InlineData("bytes {0}-{0}/{2}")]
    [InlineData("bytes {0}-{1}/9999999")]
    [InlineData("bytes */{2}")]
    [InlineData("lines {0}-{1}/{2}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_range_that_was_not_asked_for_is_not_used_and_the_whole_is_asked_for(string contentRange)
    {
        RangeServer file = new(_server, "a", _content)
        {
            Cuts = Cuts(200_000),
            WrongContentRange = (offset, size) => string.Format(null, contentRange, offset, size - 1, size),
        };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000-", "whole"], file.Ranges);
    }

    [Fact]
    public async Task Another_file_that_stands_there_by_now_is_told_by_its_entity_tag_and_read_whole()
    {
        byte[] wrong = RandomNumberGenerator.GetBytes(_content.Length);
        RangeServer file = new(_server, "a", wrong)
        {
            Cuts = Cuts(200_000),
            Later = _content,
            EntityTag = "\"one\"",
            LaterEntityTag = "\"two\"",
        };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000- if \"one\""], file.Ranges);
    }

    [Fact]
    public async Task Parts_of_two_files_are_dropped_and_the_whole_is_asked_for_once_more()
    {
        byte[] wrong = RandomNumberGenerator.GetBytes(_content.Length);
        RangeServer file = new(_server, "a", wrong) { Cuts = Cuts(200_000), Later = _content };
        await FetchAsync("a");
        Assert.Equal(["whole", "bytes=200000-", "whole"], file.Ranges);
    }

    [Fact]
    public async Task Parts_that_are_still_wrong_as_a_whole_are_refused_and_not_kept()
    {
        byte[] wrong = RandomNumberGenerator.GetBytes(_content.Length);
        RangeServer file = new(_server, "a", wrong) { Cuts = Cuts(200_000) };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => _bench.Download.FetchAsync(Item("a"), default));
        Assert.Contains($"got {Digest.Of(wrong).Hex}; nothing from {_server.At("a")} was kept", e.Message, StringComparison.Ordinal);
        Assert.Equal(["whole", "bytes=200000-", "whole"], file.Ranges);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task The_next_place_goes_on_with_what_the_last_one_gave()
    {
        await using LoopbackServer other = await LoopbackServer.StartAsync();
        RangeServer first = new(_server, "a", _content) { Cuts = Cuts(100_000, 100_000, 100_000), EntityTag = "\"one\"" };
        RangeServer second = new(other, "a", _content) { EntityTag = "\"other\"" };
        await _bench.Download.FetchAsync(
            Item("a") with
            {
                Origins = [Origin.OfMirror(_server.At("a")), Origin.OfMirror(other.At("a"))],
            },
            default
        );
        Assert.Equal(3, first.Ranges.Count);
        Assert.Equal(["bytes=300000-"], second.Ranges);
    }

    [Fact]
    public async Task The_next_run_goes_on_with_what_the_last_one_left()
    {
        RangeServer file = new(_server, "a", _content) { Cuts = Cuts(100_000, 100_000, 100_000) };
        await Assert.ThrowsAsync<DownloadException>(() => _bench.Download.FetchAsync(Item("a"), default));
        Assert.Equal(300_000, new FileInfo(_bench.PartOf(Digest.Of(_content))).Length);
        file.Ranges.Clear();
        List<DownloadProgress> told = [];

        await new Download(_bench.Reader, _bench.Cache).FetchAllAsync([Item("a")], told.Add, default);

        Assert.Equal(["bytes=300000-"], file.Ranges);
        Assert.Equal([_bench.Cache.Find(Digest.Of(_content), _content.Length)!], _bench.CachedFiles);
        Assert.Equal(500_000, told[0].Left);
        Assert.Equal(new DownloadProgress(1, 1, 200_000, 0), told[^1]);
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(500_000)]
    [InlineData(500_001)]
    public async Task A_beginning_that_a_disk_spoilt_is_dropped(int length)
    {
        RangeServer file = new(_server, "a", _content);
        await LeaveAsync(RandomNumberGenerator.GetBytes(length));
        await FetchAsync("a");
        Assert.Equal("whole", file.Ranges.Last());
    }

    [Fact]
    public async Task A_whole_that_was_left_before_it_got_its_name_needs_no_request()
    {
        await LeaveAsync(_content);
        await FetchAsync("a");
        Assert.Equal(0, _server.CountOf("a"));
    }

    [Fact]
    public async Task A_whole_that_was_left_needs_no_size_to_be_known_by()
    {
        await LeaveAsync(_content);
        await _bench.Download.FetchAsync(
            Item("a") with
            {
                Wanted = new WantedContent { What = "the file", Digest = Digest.Of(_content) },
            },
            default
        );
        Assert.Equal(0, _server.CountOf("a"));
    }

    [Fact]
    public async Task A_long_file_that_is_cut_more_often_than_patience_lasts_arrives_as_long_as_it_moves()
    {
        byte[] content = RandomNumberGenerator.GetBytes(9_000_000);
        RangeServer file = new(_server, "a", content) { Cuts = Cuts(1_500_000, 1_500_000, 1_500_000, 1_500_000, 1_500_000) };
        string path = await _bench.Download.FetchAsync(
            new DownloadItem(
                new WantedContent
                {
                    What = "the file",
                    Digest = Digest.Of(content),
                    Size = content.Length,
                },
                [Origin.OfMirror(_server.At("a"))]
            ),
            default
        );
        Assert.Equal(content, await File.ReadAllBytesAsync(path));
        Assert.Equal(6, file.Ranges.Count);
    }

    [Fact]
    public async Task The_range_is_asked_for_where_a_redirect_leads()
    {
        RangeServer file = new(_server, "a", _content) { Cuts = Cuts(200_000) };
        _server.Redirect("from", "/a");
        await FetchAsync("from");
        Assert.Equal(["whole", "bytes=200000-"], file.Ranges);
    }

    [Fact]
    public async Task A_beginning_is_gone_on_with_from_a_folder()
    {
        await LeaveAsync(_content[..123_456]);
        string path = Path.Combine(_bench.Folder, "file");
        await File.WriteAllBytesAsync(path, _content);
        string added = await _bench.Download.FetchAsync(Item("a") with { Origins = [Origin.OfMirror(new Uri(path))] }, default);
        Assert.Equal(_content, await File.ReadAllBytesAsync(added));
    }

    private static ConcurrentQueue<int> Cuts(params int[] after) => new(after);

    private void Forget() => File.Delete(_bench.Cache.Find(Digest.Of(_content), null)!);

    private async Task LeaveAsync(byte[] beginning)
    {
        string part = _bench.PartOf(Digest.Of(_content));
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        await File.WriteAllBytesAsync(part, beginning);
    }

    private async Task FetchAsync(params string[] paths)
    {
        string path = await _bench.Download.FetchAsync(Item(paths), default);
        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.Equal([path], _bench.CachedFiles);
    }

    private DownloadItem Item(params string[] paths) =>
        new(
            new WantedContent
            {
                What = "the file",
                Digest = Digest.Of(_content),
                Size = _content.Length,
            },
            [.. paths.Select(path => Origin.OfMirror(_server.At(path)))]
        );
}
