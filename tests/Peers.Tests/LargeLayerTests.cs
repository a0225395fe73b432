using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;
using Slipway.Trust;

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

    [Fact(Explicit = true)] // Its hand-made layout has no statements, which Publish wants by now: sign them here, and take this back.
    public async Task A_large_layer_is_read_once_kept_out_of_memory_and_hardly_sent_twice_after_a_cut()
    {
        using ScratchRepository repository = await SmallImage.CreateAsync();
        await MakeImageAsync(repository);
        await using Receiver quay = await Receiver.StartAsync(_folder.At("quay"), cutAfter: null), hub = await Receiver.StartAsync(_folder.At("hub"), Size * 9 / 10);
        SlipwayCommand slipway = repository.Slipway with { MeasuresMemory = true, MeasuresReading = true };
        string[] publish = ["Publish", "--public-key", repository.Key.Public, "--registry-map", $"quay.io={quay.Address}", $"docker.io={hub.Address}"];

        ChildResult published = (await slipway.RunAsync(publish)).Require();
        (long, long) sent = (quay.BlobBytes, hub.BlobBytes);
        (int, int) writes = (quay.Writes, hub.Writes);
        ChildResult again = (await slipway.RunAsync(publish)).Require();

        output.WriteLine($"{Size / 1e6:0} MB: {published.Duration.TotalSeconds:0.0} s, {published.PeakResident / 1e6:0} MB resident, {published.BytesRead / 1e6:0} MB read; {sent.Item1 / 1e6:0.0} and, with the cut, {sent.Item2 / 1e6:0.0} MB received; again: {again.BytesRead / 1e6:0} MB read");
        Assert.Equal(1, hub.Cuts);
        Assert.InRange(published.PeakResident, 20_000_000, Memory);
        Assert.InRange(published.BytesRead, Size, Size + Besides);
        Assert.InRange(sent.Item1, Size, Size + 100_000);
        Assert.InRange(sent.Item2, Size, Size + Chunk + 100_000);
        Assert.Equal((sent, writes), ((quay.BlobBytes, hub.BlobBytes), (quay.Writes, hub.Writes)));
        Assert.InRange(again.BytesRead, 0, Besides);
    }

    /// <summary>Puts an image of one layer of noise, signed, where <c>Assemble</c> and <c>Sign</c> leave theirs.</summary>
    private async Task MakeImageAsync(ScratchRepository repository)
    {
        OciLayout layout = OciLayout.Create(repository.Layout(SmallImage.Name));
        string noise = _folder.At("noise");
        Descriptor layer = new(MediaType.LayerGzip, WriteNoise(noise), Size);
        await layout.AddBlobFileAsync(layer, noise);
        Platform platform = Platform.Parse("linux/amd64");
        ImageConfig config = new() { Platform = platform, Created = DateTimeOffset.UnixEpoch, DiffIds = [layer.Digest], History = ["noise"] };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes()), [layer]);
        Descriptor child = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())) with { Platform = platform };
        Descriptor index = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index([child]).ToBytes()));
        layout.WriteIndex(new Oci.Index([index]));
        using KeySigner signer = KeySigner.FromFile(repository.Key.Private, () => null);
        SignedImage image = new(layout, index.Digest, Reference.Parse(SignedSmallImage.Places[0]));
        await TrustStore.Create(repository.At("artifacts", SmallImage.Name, "trust")).SignAsync(image, [], signer, TestContext.Current.CancellationToken);
    }

    private static Digest WriteNoise(string path)
    {
        using FileStream file = File.Create(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[1_000_000];
        for (long left = Size; left > 0; left -= piece.Length)
        {
            RandomNumberGenerator.Fill(piece);
            file.Write(piece);
            hash.AppendData(piece);
        }

        return Digest.FromHash("sha256", hash.GetHashAndReset());
    }

    /// <summary>A registry that counts, and cuts one connection.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private RehearsalRegistry _registry = null!;
        private long _received;
        private int _cuts;

        public string Address => _registry.Address.GetLeftPart(UriPartial.Authority);

        public int Cuts => _cuts;

        public long BlobBytes => _registry.Log.All.Where(entry => entry.Request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)).Sum(entry => entry.BodyBytes);

        public int Writes => _registry.Log.All.Count(entry => entry.Request.Method is not ("GET" or "HEAD"));

        /// <param name="cutAfter">How many bytes of chunks to wait for before one is cut in its middle.</param>
        public static async Task<Receiver> StartAsync(string storage, long? cutAfter)
        {
            Receiver receiver = new();
            receiver._registry = await RehearsalRegistry.StartAsync(
                new RehearsalOptions
                {
                    Storage = storage,
                    Faults = request => request.Method == "PATCH" && Interlocked.Add(ref receiver._received, Chunk) > cutAfter && Interlocked.CompareExchange(ref receiver._cuts, 1, 0) == 0
                        ? Fault.Cut(Chunk / 2)
                        : null,
                },
                TestContext.Current.CancellationToken);
            return receiver;
        }

        public ValueTask DisposeAsync() => _registry.DisposeAsync();
    }
}
