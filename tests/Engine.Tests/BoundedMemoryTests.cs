using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>Large streams in both directions; alone, since all that this process allocates is counted.</summary>
[Collection(Alone.Name)]
public sealed class BoundedMemoryTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_megabytes_of_output_take_a_few_of_memory()
    {
        byte[] frame = DecoderTests.Frame(1, new string('x', 100_000));
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", "/attach"))
            {
                await ContainerRunTests.AnswerAsync(request, [], 0);
                return;
            }

            await request.BeginAsync();
            for (int i = 0; i < 1000; i++)
                await request.RawAsync(frame);
        });
        using EngineClient client = await fake.ConnectAsync();
        KeptOutput kept = new();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client.RunAsync(new ContainerSpec("x"), kept.Receive, Stop);
        Assert.Equal((100_000_000, KeptOutput.DefaultLimit, true), (kept.Total, kept.Output.Length, kept.IsCut));
        // All that was allocated, by the fake Engine as well, whether it was given back or not.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 20_000_000);
    }

    [Fact]
    public async Task A_context_of_more_than_a_gigabyte_takes_a_few_megabytes_of_memory()
    {
        string context = _folder.Folder("context");
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), "FROM scratch\n", Stop);
        await using (FileStream large = File.Create(Path.Combine(context, "large")))
            large.SetLength(1_200_000_000);
        long received = 0;
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/build"))
            {
                received = (await request.BodyAsync(keep: false)).Length;
                await request.JsonAsync(200, $$$"""{"id":"moby.image.id","aux":{"ID":"sha256:{{{new string('1', 64)}}}"}}""");
            }
        });
        using EngineClient client = await fake.ConnectAsync();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client.BuildAsync(
            new BuildRequest { Context = BuildContext.OfFolder(context), Platform = Platform.LinuxAmd64 },
            _ => { },
            Stop
        );
        Assert.InRange(received, 1_200_000_000, 1_200_100_000);
        // What was ever allocated, by both sides: far less than the context, whenever it is collected.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64_000_000);
    }

    [Fact]
    public async Task An_image_of_half_a_gigabyte_is_loaded_in_a_few_megabytes_of_memory()
    {
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        using SHA256 hash = SHA256.Create();
        string blob = _folder.At("zeros");
        await using (FileStream large = File.Create(blob))
            large.SetLength(500_000_000);
        Descriptor layer;
        await using (FileStream large = File.OpenRead(blob))
            layer = new(
                MediaType.LayerGzip,
                Digest.Parse("sha256:" + Convert.ToHexStringLower(await hash.ComputeHashAsync(large, Stop))),
                large.Length
            );
        _folder.Folder("layout/blobs/sha256");
        File.Move(blob, _folder.At("layout", "blobs", "sha256", layer.Digest.Hex));
        ImageConfig config = new()
        {
            Platform = Platform.LinuxAmd64,
            Created = DateTimeOffset.UnixEpoch,
            DiffIds = [layer.Digest],
            History = ["x"],
        };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), Stop), [layer]);
        Descriptor descriptor = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), Stop);
        EngineArchive archive = await EngineArchive.OfAsync(
            layout,
            descriptor with
            {
                Platform = Platform.LinuxAmd64,
            },
            [Reference.Parse("quay.io/some/image:v1")],
            Stop
        );
        long received = 0;
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/images/load"))
            {
                received = (await request.BodyAsync(keep: false)).Length;
                await request.JsonAsync(200, "{\"stream\":\"Loaded image: x\\n\"}");
            }
            else if (request.Is("GET", "/json"))
            {
                await request.JsonAsync(
                    200,
                    $$"""{"Id":"{{manifest.Config.Digest}}","Os":"linux","Architecture":"amd64","RepoTags":["x"]}"""
                );
            }
        });
        using EngineClient client = await fake.ConnectAsync();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client.LoadAsync(archive, Stop);
        Assert.InRange(received, 500_000_000, 500_100_000);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32_000_000);
    }

    public void Dispose() => _folder.Dispose();
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
