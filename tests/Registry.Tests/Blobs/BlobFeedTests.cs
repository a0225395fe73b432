using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

/// <summary>One blob on its way to two registries.</summary>
public class BlobFeedTests
{
    private const int Piece = 8 * 1024 * 1024;
    private const int Size = (4 * Piece) + 1_000_003;

    private static readonly byte[] Content = NewContent();
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Theory]
    [InlineData(Size)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData(1)]
    public async Task Two_registries_get_a_blob_from_one_reading(int size)
    {
        await using ClientFixture one = await ClientFixture.StartAsync(),
            two = await ClientFixture.StartAsync();
        Source source = new(Content.AsMemory(0, size));
        await using BlobFeed feed = source.NewFeed();
        Assert.Equal((true, true), await PushAsync(feed, one, two));
        Assert.Equal((1, size), (source.Opened, source.BytesRead));
        await RequireStoredAsync(source.Blob, one, two);
    }

    [Fact]
    public async Task What_is_there_already_is_not_read()
    {
        await using ClientFixture one = await ClientFixture.StartAsync(),
            two = await ClientFixture.StartAsync();
        Source source = new(Content.AsMemory(0, Piece + 7));
        await using (BlobFeed feed = source.NewFeed())
            await PushAsync(feed, one, two);
        source.Forget();
        await using BlobFeed again = source.NewFeed();
        Assert.Equal((false, false), await PushAsync(again, one, two));
        Assert.Equal(0, source.Opened);
    }

    [Fact]
    public async Task The_one_that_has_it_does_not_hold_up_the_other()
    {
        await using ClientFixture one = await ClientFixture.StartAsync(),
            two = await ClientFixture.StartAsync();
        Source source = new(Content);
        Assert.True(await one.Repository().PushBlobAsync(Blob, source.Open, default));
        source.Forget();
        await using BlobFeed feed = source.NewFeed();
        Assert.Equal((false, true), await PushAsync(feed, one, two));
        Assert.Equal((1, Size), (source.Opened, source.BytesRead));
    }

    [Fact]
    public async Task A_faster_registry_waits_so_that_at_most_two_pieces_are_in_memory()
    {
        using ManualResetEventSlim turn = new();
        await using ClientFixture slow = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request =>
            {
                if (request.Method == "PATCH")
                    turn.Wait(TimeSpan.FromSeconds(30));
                return null;
            })
        );
        await using ClientFixture fast = await ClientFixture.StartAsync();
        Source source = new(Content);
        await using BlobFeed feed = source.NewFeed();
        Task<(bool, bool)> pushed = PushAsync(feed, slow, fast);
        while (fast.Count("PATCH", "/uploads/") < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal((2, 2 * Piece), (fast.Count("PATCH", "/uploads/"), source.BytesRead));
        turn.Set();
        Assert.Equal((true, true), await pushed);
        Assert.Equal((1, Size), (source.Opened, source.BytesRead));
        await RequireStoredAsync(Blob, slow, fast);
    }

    [Theory]
    [InlineData("PATCH", 2)]
    [InlineData("PATCH", 4)]
    [InlineData("PUT", 1)]
    public async Task A_cut_at_one_of_them_costs_no_second_reading(string method, int which)
    {
        int seen = 0;
        await using ClientFixture cut = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request => request.Method == method && Interlocked.Increment(ref seen) == which ? Fault.Cut(654_321) : null)
        );
        await using ClientFixture sound = await ClientFixture.StartAsync();
        Source source = new(Content);
        await using BlobFeed feed = source.NewFeed();
        Assert.Equal((true, true), await PushAsync(feed, cut, sound));
        Assert.Equal((1, Size), (source.Opened, source.BytesRead));
        await RequireStoredAsync(Blob, cut, sound);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task One_that_must_begin_anew_reads_what_it_missed_by_itself(int status)
    {
        int seen = 0;
        await using ClientFixture odd = await ClientFixture.StartAsync(with: options =>
            // 405 at the first chunk: no chunks here. 404 at the fourth: the session is gone.
            options.WithFaults(request =>
                request.Method == "PATCH" && (Interlocked.Increment(ref seen) == 4 || status == 405) ? Fault.Answer(status) : null
            )
        );
        await using ClientFixture sound = await ClientFixture.StartAsync();
        Source source = new(Content);
        await using BlobFeed feed = source.NewFeed();
        Assert.Equal((true, true), await PushAsync(feed, odd, sound));
        Assert.InRange(source.Opened, 1, 5);
        await RequireStoredAsync(Blob, odd, sound);
    }

    [Fact]
    public async Task One_that_fails_lets_the_other_end()
    {
        await using ClientFixture broken = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request => request.Method == "PATCH" ? Fault.Answer(403) : null)
        );
        await using ClientFixture sound = await ClientFixture.StartAsync();
        await using BlobFeed feed = new Source(Content).NewFeed();
        BlobReader one = feed.NewReader(),
            two = feed.NewReader();
        Task<bool> failing = broken.Repository().PushBlobAsync(one, [], default),
            ending = sound.Repository().PushBlobAsync(two, [], default);
        await Assert.ThrowsAsync<RegistryException>(() => failing);
        Assert.True(await ending);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Bytes_that_are_not_the_blob_end_both_and_make_none(int longer)
    {
        await using ClientFixture one = await ClientFixture.StartAsync(),
            two = await ClientFixture.StartAsync();
        byte[] other = new byte[Size + longer];
        Content.AsSpan(0, Math.Min(Size, other.Length)).CopyTo(other);
        other[^1] ^= 1;
        await using BlobFeed feed = new(Blob, "a test", _ => Task.FromResult<Stream>(new MemoryStream(other)), new PieceBuffers());
        (ClientFixture ClientFixture, BlobReader Reader)[] pairs = [(one, feed.NewReader()), (two, feed.NewReader())];
        foreach (
            (ClientFixture fixture, Task<bool> pushed) in pairs
                .Select(pair => (pair.ClientFixture, pair.ClientFixture.Repository().PushBlobAsync(pair.Reader, [], default)))
                .ToList()
        )
        {
            await Assert.ThrowsAsync<ContentException>(() => pushed);
            Assert.False(await fixture.Repository().HasBlobAsync(Blob, default));
            Assert.Equal(0, fixture.Registry.OpenUploads);
        }
    }

    [Fact]
    public async Task A_source_that_cannot_be_opened_ends_both_with_its_own_error()
    {
        await using ClientFixture one = await ClientFixture.StartAsync(),
            two = await ClientFixture.StartAsync();
        await using BlobFeed feed = new(Blob, "a test", _ => throw new FileNotFoundException("gone"), new PieceBuffers());
        Task[] pushed = [.. new[] { one, two }.Select(fixture => fixture.Repository().PushBlobAsync(feed.NewReader(), [], default))];
        foreach (Task push in pushed)
            await Assert.ThrowsAsync<FileNotFoundException>(() => push);
    }

    [Fact]
    public async Task Cancelling_ends_both_and_leaves_no_session()
    {
        using CancellationTokenSource stop = new();
        await using ClientFixture one = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request =>
            {
                if (request.Method == "PATCH")
                    stop.Cancel();
                return null;
            })
        );
        await using ClientFixture two = await ClientFixture.StartAsync();
        await using BlobFeed feed = new Source(Content).NewFeed();
        Task[] pushed = [.. new[] { one, two }.Select(fixture => fixture.Repository().PushBlobAsync(feed.NewReader(), [], stop.Token))];
        foreach (Task push in pushed)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => push);
        Assert.Equal((0, 0), (one.Registry.OpenUploads, two.Registry.OpenUploads));
    }

    private static async Task<(bool One, bool Two)> PushAsync(BlobFeed feed, ClientFixture one, ClientFixture two)
    {
        (Repository Site, BlobReader Reader)[] pairs = [(one.Repository(), feed.NewReader()), (two.Repository(), feed.NewReader())];
        bool[] sent = await Task.WhenAll(pairs.Select(pair => pair.Site.PushBlobAsync(pair.Reader, [], default)));
        return (sent[0], sent[1]);
    }

    private static async Task RequireStoredAsync(Descriptor descriptor, params ClientFixture[] wires)
    {
        foreach (ClientFixture fixture in wires)
        {
            Assert.Equal(0, fixture.Registry.OpenUploads);
            await using Stream blob = (await fixture.Repository().OpenBlobAsync(descriptor, default))!;
            await blob.CopyToAsync(Stream.Null);
        }
    }

    private static byte[] NewContent()
    {
        byte[] content = new byte[Size];
        new Random(11).NextBytes(content);
        return content;
    }

    /// <summary>A source that counts how often it was opened and how many bytes it gave.</summary>
    internal sealed class Source(ReadOnlyMemory<byte> content)
    {
        private long _bytesRead;

        public Descriptor Blob { get; } = Descriptor.Of(MediaType.LayerGzip, content.Span);

        public int Opened { get; private set; }

        public long BytesRead => Interlocked.Read(ref _bytesRead);

        public void Forget() => (Opened, _bytesRead) = (0, 0);

        public BlobFeed NewFeed() => new(Blob, "a test", _ => Task.FromResult<Stream>(Open()), new PieceBuffers());

        public Counted Open()
        {
            Opened++;
            return new Counted(new MemoryStream(content.ToArray(), writable: false), count => Interlocked.Add(ref _bytesRead, count));
        }
    }

    internal sealed class Counted(Stream inner, Action<int> count) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            count(read);
            return read;
        }
    }
}
