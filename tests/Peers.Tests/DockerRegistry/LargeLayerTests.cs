using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// A layer far larger than memory may be goes to two registries, which are not in the process that is measured; the connection to
/// one of them is cut when nine tenths are there.
/// </summary>
public sealed class LargeLayerTests(ITestOutputHelper output) : IDisposable
{
    private const long Memory = 200_000_000;
    private const int Chunk = 8 * 1024 * 1024;

    /// <summary>What a process of the runtime reads of itself, and git, and of small files.</summary>
    private const long Besides = 60_000_000;

    private readonly ScratchFolder _folder = new();

    private static long Size => Thoroughness.IsWanted ? 2_000_000_000 : 400_000_000;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_large_layer_is_read_once_kept_out_of_memory_and_hardly_sent_twice_after_a_cut()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        long content = await MakeImageAsync(repository);
        await using Receiver quay = await Receiver.StartAsync(_folder.At("quay"), cutAfter: null),
            hub = await Receiver.StartAsync(_folder.At("hub"), Size * 9 / 10);
        SlipwayCommand slipway = repository.Slipway with { MeasuresMemory = true, MeasuresReading = true };
        string[] publish =
        [
            "Publish",
            "--public-key",
            repository.Key.Public,
            "--registry-map",
            $"quay.io={quay.Address}",
            $"docker.io={hub.Address}",
        ];

        ChildResult published = (await slipway.RunAsync(publish)).Require();
        (long, long) sent = (quay.BlobBytes, hub.BlobBytes);
        (int, int) writes = (quay.Writes, hub.Writes);
        ChildResult again = (await slipway.RunAsync(publish)).Require();

        output.WriteLine(
            $"{Size / 1e6:0} MB: {published.Duration.TotalSeconds:0.0} s, {published.PeakResident / 1e6:0} MB "
                + $"resident, {published.BytesRead / 1e6:0} MB read; {sent.Item1 / 1e6:0.0} and, with the cut, {sent.Item2 / 1e6:0.0} MB "
                + $"received; again: {again.BytesRead / 1e6:0} MB read"
        );
        Assert.Equal(1, hub.Cuts);
        Assert.InRange(published.PeakResident, 20_000_000, Memory);
        Assert.InRange(published.BytesRead, content, content + Besides);
        Assert.InRange(sent.Item1, Size, content + 100_000);
        Assert.InRange(sent.Item2, Size, content + Chunk + 100_000);
        Assert.Equal((sent, writes), ((quay.BlobBytes, hub.BlobBytes), (quay.Writes, hub.Writes)));
        Assert.InRange(again.BytesRead, 0, Besides);
    }

    /// <summary>
    /// Assembles and signs an image that is mostly a file of noise; how many bytes that makes, with what is signed about it.
    /// </summary>
    private async Task<long> MakeImageAsync(ScratchRepository repository)
    {
        repository.Mirror.AddNoise(SmallImage.Upstream("amd64"), Size);
        repository.AddImage(SmallImage.Name, WithLimit(MemoryTests.Definition), WithLimit(SmallImage.Contract));
        await TestCache.SeedAsync(_folder.At("cache"));
        SlipwayCommand slipway = repository.Slipway with { Cache = _folder.At("cache") };
        string[] mirror = ["--upstream-mirror", repository.Mirror.Path];
        (await slipway.RunAsync(["Lock", .. mirror])).Require();
        await repository.CommitAsync("A large image", SmallImage.Tag);
        (await slipway.RunAsync(["Assemble", "Sign", .. mirror, "--signing-key", repository.Key.Private])).Require();
        string[] folders = [repository.Layout(SmallImage.Name), repository.At("artifacts", SmallImage.Name, "trust")];
        return folders
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Sum(file => new FileInfo(file).Length);
    }

    private static string WithLimit(string text) =>
        text.Replace("limitMiB: 400", $"limitMiB: {(Size >> 20) + 20}", StringComparison.Ordinal)
            .Replace(
                "compressedMiB: 400, unpackedMiB: 400",
                $"compressedMiB: {(Size >> 20) + 20}, unpackedMiB: {(Size >> 20) + 20}",
                StringComparison.Ordinal
            );

    /// <summary>A registry that counts, and cuts one connection.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private RehearsalRegistry _registry = null!;
        private long _received;
        private int _cuts;

        public string Address => _registry.Address.GetLeftPart(UriPartial.Authority);

        public int Cuts => _cuts;

        public long BlobBytes =>
            _registry
                .Log.All.Where(entry => entry.Request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal))
                .Sum(entry => entry.BodyBytes);

        public int Writes => _registry.Log.All.Count(entry => entry.Request.Method is not ("GET" or "HEAD"));

        /// <param name="cutAfter">How many bytes of chunks to wait for before one is cut in its middle.</param>
        public static async Task<Receiver> StartAsync(string storage, long? cutAfter)
        {
            Receiver receiver = new();
            receiver._registry = await RehearsalRegistry.StartAsync(
                new RehearsalOptions { Storage = storage }.WithFaults(request =>
                    request.Method == "PATCH"
                    && Interlocked.Add(ref receiver._received, Chunk) > cutAfter
                    && Interlocked.CompareExchange(ref receiver._cuts, 1, 0) == 0
                        ? Fault.Cut(Chunk / 2)
                        : null
                ),
                TestContext.Current.CancellationToken
            );
            return receiver;
        }

        public ValueTask DisposeAsync() => _registry.DisposeAsync();
    }
}
