using System.Security.Cryptography;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

public sealed class DownloadTests : IAsyncLifetime
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
    public async Task A_file_is_fetched_once_and_then_found()
    {
        _server.Serve("a", _content);
        string path = await _bench.Download.FetchAsync(Item("a"), default);
        Assert.Equal(path, await _bench.Download.FetchAsync(Item("a"), default));
        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.Equal(1, _server.CountOf("a"));
    }

    [Fact]
    public async Task A_body_cut_in_the_middle_is_read_again()
    {
        _server.ServeCut("a", _content, times: 2);
        string path = await _bench.Download.FetchAsync(Item("a"), default);
        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.Equal(3, _server.CountOf("a"));
    }

    [Fact]
    public async Task A_body_that_is_cut_every_time_ends_as_try_again_and_keeps_no_complete_file()
    {
        _server.ServeCut("a", _content, times: 99);
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _bench.Download.FetchAsync(Item("a"), default));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Contains("cut after", e.Message);
        Assert.Equal(3, _server.CountOf("a"));
        Assert.Null(_bench.Cache.Find(Digest.Of(_content), null));
        Assert.Equal([_bench.PartOf(Digest.Of(_content))], _bench.CachedFiles);
    }

    [Fact]
    public async Task A_body_that_stands_still_is_given_up_and_read_again()
    {
        _server.On("a", async (context, before) =>
        {
            context.Response.ContentLength = _content.Length;
            await context.Response.Body.WriteAsync(before == 0 ? _content.AsMemory(0, 1000) : _content);
            await context.Response.Body.FlushAsync();
            if (before == 0)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using HttpTransport transport = new(HttpTransport.NewHandler(), _bench.RetryPolicy, TimeProvider.System, _ => { });
        OriginReader impatient = new(
            transport,
            _bench.RetryPolicy with
            {
                ResponseTimeLimit = TimeSpan.FromMilliseconds(300),
            },
            TimeProvider.System
        );

        await new Download(impatient, _bench.Cache).FetchAsync(Item("a"), default);

        Assert.Equal(2, _server.CountOf("a"));
    }

    [Fact]
    public async Task The_next_origin_is_asked_when_one_does_not_have_it()
    {
        _server.Serve("second", _content);
        Assert.True(File.Exists(await _bench.Download.FetchAsync(Item("first", "second"), default)));
        Assert.Equal(1, _server.CountOf("first"));
    }

    [Fact]
    public async Task The_next_origin_is_asked_when_one_cannot_be_reached_and_the_dead_one_only_once()
    {
        using System.Net.Sockets.TcpListener closed = new(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        int port = ((System.Net.IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        Origin dead = Origin.OfMirror(new Uri($"http://127.0.0.1:{port}/a"));
        _server.Serve("a", _content);
        Assert.True(
            File.Exists(
                await _bench.Download.FetchAsync(new DownloadItem(Wanted(_content), [dead, Origin.OfMirror(_server.At("a"))]), default)
            )
        );

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() =>
            _bench.Download.FetchAsync(
                new DownloadItem(Wanted([1]) with { Next = "Run this" }, [dead, Origin.OfMirror(_server.At("gone"))]),
                default
            )
        );

        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.True(e.IsGone);
        Assert.EndsWith(". Run this", e.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"127.0.0.1:{port} was skipped after an earlier failure: GET http://127.0.0.1:{port}/a: ",
            e.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_no_origin_has_is_not_found_and_every_address_is_named()
    {
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _bench.Download.FetchAsync(Item("x", "y"), default));
        Assert.Equal(RemoteFault.NotFound, e.Fault);
        Assert.StartsWith("the file: ", e.Message);
        Assert.Contains($"{_server.At("x")}: 404", e.Message);
        Assert.Contains($"{_server.At("y")}: 404", e.Message);
    }

    [Fact]
    public async Task Other_bytes_end_it_without_asking_another_origin()
    {
        byte[] other = [.. _content];
        other[1234] ^= 1;
        _server.Serve("bad", other);
        _server.Serve("good", _content);

        ContentException e = await Assert.ThrowsAsync<ContentException>(() => _bench.Download.FetchAsync(Item("bad", "good"), default));

        Assert.Equal(
            $"the file: sha256 wanted {Digest.Of(_content).Hex}, got {Digest.Of(other).Hex}; nothing from {_server.At("bad")} was kept",
            e.Message
        );
        Assert.Equal(0, _server.CountOf("good"));
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_server_that_sends_too_much_is_stopped()
    {
        _server.On("a", async (context, _) =>
        {
            for (int i = 0; i < 10_000 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(_content);
        });
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => _bench.Download.FetchAsync(Item("a"), default));
        Assert.Contains($"wanted {_content.Length} bytes, got more", e.Message);
    }

    [Fact]
    public async Task Redirects_are_followed_five_times()
    {
        for (int i = 0; i < 6; i++)
            _server.Redirect($"r{i}", $"/r{i + 1}");
        _server.Serve("r6", _content);

        Assert.True(File.Exists(await _bench.Download.FetchAsync(Item("r1"), default)));
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() =>
            _bench.Download.FetchAsync(new DownloadItem(Wanted([1]), [Origin.OfMirror(_server.At("r0"))]), default)
        );
        Assert.Contains("more than 5 redirects", e.Message);
    }

    [Theory]
    [InlineData("http://mirror.invalid/a?token=secret")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://mirror.invalid/a")]
    public async Task A_redirect_to_anything_but_https_is_refused(string location)
    {
        _server.Redirect("a", location);
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _bench.Download.FetchAsync(Item("a"), default));
        Assert.Contains("only https is followed", e.Message);
        Assert.DoesNotContain("secret", e.Message);
    }

    [Fact]
    public void A_redirect_from_afar_does_not_lead_to_this_machine_by_http()
    {
        Assert.Null(Origin.OfMirror(new Uri("https://mirror.invalid/a")).Redirected(new Uri("http://127.0.0.1/a")));
        Assert.NotNull(Origin.OfMirror(new Uri("http://mirror.invalid/a")).Redirected(new Uri("https://cdn.invalid/a")));
    }

    [Fact]
    public async Task Many_are_fetched_and_the_progress_adds_up()
    {
        List<byte[]> contents = [.. Enumerable.Range(0, 40).Select(i => RandomNumberGenerator.GetBytes(10_000 + i))];
        for (int i = 0; i < contents.Count; i++)
            _server.ServeCut($"f{i}", contents[i], times: i % 2);
        List<DownloadItem> items =
        [
            .. contents.Select((content, i) => new DownloadItem(Wanted(content), [Origin.OfMirror(_server.At($"f{i}"))])),
        ];
        List<DownloadProgress> told = [];

        await _bench.Download.FetchAllAsync([.. items, items[0]], told.Add, default);

        Assert.Equal(new DownloadProgress(40, 40, contents.Sum(content => (long)content.Length), 0), told[^1]);
        Assert.All(items, item => Assert.NotNull(_bench.Cache.Find(item.Wanted.Digest, item.Wanted.Size)));
    }

    [Fact]
    public async Task One_wrong_file_among_many_is_what_is_thrown()
    {
        _server.Serve("good", _content);
        _server.Serve("bad", [1, 2, 3]);
        await Assert.ThrowsAsync<ContentException>(() =>
            _bench.Download.FetchAllAsync(
                [Item("good"), new DownloadItem(Wanted([1, 2, 4]), [Origin.OfMirror(_server.At("bad"))])],
                _ => { },
                default
            )
        );
    }

    private static WantedContent Wanted(byte[] content) =>
        new()
        {
            What = "the file",
            Digest = Digest.Of(content),
            Size = content.Length,
        };

    private DownloadItem Item(params string[] paths) => new(Wanted(_content), [.. paths.Select(path => Origin.OfMirror(_server.At(path)))]);
}
