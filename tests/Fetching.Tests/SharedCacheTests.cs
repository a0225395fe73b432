using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

/// <summary>Two at once over one folder, which share nothing in memory, as two processes do.</summary>
public sealed class SharedCacheTests : IAsyncLifetime
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
    public async Task The_second_waits_for_the_first_and_asks_for_nothing()
    {
        WaitingTime waits = new();
        TaskCompletionSource asked = new();
        _server.On("a", async (context, _) =>
        {
            asked.SetResult();
            await waits.Begun;
            await context.Response.Body.WriteAsync(_content);
        });

        Task<string> first = _bench.Download.FetchAsync(Item(), default);
        await asked.Task;
        Task<string> second = new Download(_bench.Reader, new ContentCache(_bench.CacheFolder, waits)).FetchAsync(Item(), default);

        Assert.Equal(await first, await second);
        Assert.Equal(_content, await File.ReadAllBytesAsync(await first));
        Assert.Equal(1, _server.CountOf("a"));
    }

    [Fact]
    public async Task The_second_goes_on_where_the_first_gave_up()
    {
        WaitingTime waits = new();
        TaskCompletionSource asked = new();
        using CancellationTokenSource stop = new();
        RangeServer file = new(_server, "a", _content);
        _server.On("held", async (context, _) =>
        {
            context.Response.ContentLength = _content.Length;
            await context.Response.Body.WriteAsync(_content.AsMemory(0, 200_000));
            await context.Response.Body.FlushAsync();
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        Task<string> first = _bench.Download.FetchAsync(Item("held"), stop.Token);
        await asked.Task;
        Task<string> second = new Download(_bench.Reader, new ContentCache(_bench.CacheFolder, waits)).FetchAsync(Item(), default);
        await waits.Begun;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(_content, await File.ReadAllBytesAsync(await second));
        Assert.Single(file.Ranges);
    }

    [Fact]
    public async Task Who_waits_can_be_stopped()
    {
        WaitingTime waits = new();
        using CancellationTokenSource stop = new();
        using CacheLock held = await HoldAsync();
        Task<string> waiting = new Download(_bench.Reader, new ContentCache(_bench.CacheFolder, waits)).FetchAsync(Item(), stop.Token);
        await waits.Begun;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_lock_file_that_a_killed_process_left_holds_nobody_up()
    {
        (await HoldAsync()).Dispose();
        Assert.True(File.Exists(LockPath));
        _server.Serve("a", _content);
        await _bench.Download.FetchAsync(Item(), default);
        Assert.Equal(1, _server.CountOf("a"));
    }

    [Fact]
    public void One_lock_is_had_by_one_and_shared_by_those_who_share()
    {
        string path = Path.Combine(_bench.Folder, "lock");
        using (CacheLock? one = CacheLock.TryTake(path))
        {
            Assert.NotNull(one);
            Assert.Null(CacheLock.TryTake(path));
            Assert.Null(CacheLock.TryShare(path));
        }

        using CacheLock? shared = CacheLock.TryShare(path),
            also = CacheLock.TryShare(path);
        Assert.NotNull(shared);
        Assert.NotNull(also);
        Assert.Null(CacheLock.TryTake(path));
    }

    private string LockPath => Path.Combine(_bench.CacheFolder, "locks", Digest.Of(_content).Hex[..2]);

    private Task<CacheLock> HoldAsync() => CacheLock.TakeAsync(LockPath, TimeProvider.System, default);

    private DownloadItem Item(string path = "a") =>
        new(
            new WantedContent
            {
                What = "the file",
                Digest = Digest.Of(_content),
                Size = _content.Length,
            },
            [Origin.OfMirror(_server.At(path))]
        );

    /// <summary>The system's time, that says when someone begins to wait by it.</summary>
    private sealed class WaitingTime : TimeProvider
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Fails when nobody does.</summary>
        public Task Begun => _begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _begun.TrySetResult();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
