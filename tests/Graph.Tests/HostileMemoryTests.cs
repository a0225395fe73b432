using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>
/// What whoever may push to a registry can make a user's Verify and Save cost, by the program itself; each release is good.
/// </summary>
public sealed class HostileMemoryTests(ITestOutputHelper output)
{
    private const long Most = 200_000_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("two bundles of 14 million subjects")]
    [InlineData("six bundles of 150000 subjects")]
    [InlineData("six bundles of subjects at the limit")]
    [InlineData("bundles of values that nobody asks for")]
    [InlineData("attestations of subjects at the limit")]
    [InlineData("a signature manifest of 20000 layers")]
    [InlineData("400 referrers with long annotations")]
    public async Task Verify_and_Save_pass_in_bounded_memory(string what)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        RegistryClient client = new(
            transport,
            Credentials.Of([]),
            RegistryMap.Parse([$"quay.io={tools.At("quay.io").Address.GetLeftPart(UriPartial.Authority)}"]),
            TimeProvider.System
        );
        Repository site = client.Repository(Reference.Parse(PublishedTools.Official));
        TaggedManifest root = (await site.FindTagAsync(UpstreamImage.Version, Stop))!;
        await SpoilAsync(site, root.Content!.Descriptor, what);

        string archive = tools.Repository.Beside("saved.tar");
        foreach (
            string[] arguments in (string[][])
                [
                    ["Verify"],
                    ["Save", "--to", archive],
                    ["Save", "--to", archive, "--all-referrers"],
                ]
        )
        {
            ChildResult result = (
                await tools.RunAsync(
                    tools.Repository.Slipway with
                    {
                        Cache = tools.Repository.Beside("cache"),
                        MeasuresMemory = true,
                    },
                    [
                        .. arguments,
                        "--reference",
                        $"{PublishedTools.Official}:{UpstreamImage.Version}",
                        "--public-key",
                        tools.Repository.Key.Public,
                    ]
                )
            ).Require();
            output.WriteLine(
                $"{what}: {string.Join(' ', arguments[..1])}: {result.PeakResident / 1e6:0} MB, {result.Duration.TotalSeconds:0.0} s"
            );
            Assert.InRange(result.PeakResident, 1, Most);
        }

        (await tools.RunAsync("Verify", "--reference", archive, "--public-key", tools.Repository.Key.Public)).Require();
    }

    private static async Task SpoilAsync(Repository site, Descriptor root, string what)
    {
        switch (what)
        {
            case "two bundles of 14 million subjects":
                for (int i = 0; i < 2; i++)
                    await PutAsync(site, root, Bundle(Payload("{},", 7_000_000, i)));
                break;
            case "six bundles of 150000 subjects":
                for (int i = 0; i < 6; i++)
                    await PutAsync(site, root, Bundle(Payload(Subject(root), 150_000, i)));
                break;
            case "six bundles of subjects at the limit":
                for (int i = 0; i < 6; i++)
                    await PutAsync(site, root, Bundle(Payload("{},", 3_900_000, i)));
                break;
            case "bundles of values that nobody asks for":
                for (int i = 0; i < 4; i++)
                    await PutAsync(
                        site,
                        root,
                        Encoding.UTF8.GetBytes(
                            $"{{\"x\":[{i}{string.Concat(Enumerable.Repeat(",0", 8_000_000))}],\"mediaType\":\"{MediaType.SigstoreBundle}\"}}"
                        )
                    );
                break;
            case "attestations of subjects at the limit":
                await TagAsync(
                    site,
                    AttestationLayer.TagOf(root.Digest),
                    MediaType.DsseEnvelope,
                    [.. Enumerable.Range(0, 6).Select(i => Envelope(Payload("{},", 3_900_000, i)))]
                );
                break;
            case "a signature manifest of 20000 layers":
                await TagAsync(
                    site,
                    SignatureManifest.TagOf(root.Digest),
                    MediaType.SimpleSigning,
                    [.. Enumerable.Repeat("{}"u8.ToArray(), 20_000)]
                );
                break;
            default:
                for (int i = 0; i < 400; i++)
                    await PutAsync(site, root, Encoding.UTF8.GetBytes($"junk {i}"), new string('x', 9000));
                break;
        }
    }

    private static byte[] Payload(string subject, int count, int number) =>
        Encoding.UTF8.GetBytes(
            $"{{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{string.Concat(Enumerable.Repeat(subject, count))}{{}}],\"predicateType\":\"{Statement.ProvenanceType}\",\"predicate\":{{\"n\":{number}}}}}"
        );

    private static string Subject(Descriptor root) =>
        $"{{\"name\":\"{PublishedTools.Official}\",\"digest\":{{\"sha256\":\"{root.Digest.Hex}\"}}}},";

    private static byte[] Envelope(byte[] payload) => new DsseEnvelope(DsseEnvelope.InToto, payload, [new byte[70]]).ToBytes();

    private static byte[] Bundle(byte[] payload)
    {
        using KeySigner stranger = KeySigner.CreateThrowAway();
        return SigstoreBundle.For(new DsseEnvelope(DsseEnvelope.InToto, payload, [new byte[70]]), stranger.Key).ToBytes();
    }

    private static async Task PutAsync(Repository site, Descriptor root, byte[] bundle, string? annotation = null)
    {
        await BlobAsync(site, MediaType.Empty, BundleManifest.Config.ToArray());
        Descriptor blob = await BlobAsync(site, MediaType.SigstoreBundle, bundle);
        Manifest manifest = Manifest.Parse(BundleManifest.For(root, bundle, Statement.ProvenanceType).Bytes);
        if (annotation is not null)
            manifest = manifest with { Annotations = manifest.Annotations.Add("long", annotation) };
        Assert.Equal(blob, manifest.Layers[0]);
        await site.PushReferrerAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), Stop);
    }

    /// <summary>In front of what is under the tag, where nothing is taken away.</summary>
    private static async Task TagAsync(Repository site, string tag, string type, byte[][] blobs)
    {
        List<Descriptor> layers = [.. SignatureManifest.Parse((await site.FindTagAsync(tag, Stop))!.Content!).Layers];
        foreach (IGrouping<Digest, byte[]> blob in blobs.GroupBy(blob => Digest.Of(blob)))
        {
            Descriptor pushed = await BlobAsync(site, type, blob.First());
            layers.AddRange(Enumerable.Repeat(pushed, blob.Count()));
        }

        SignatureManifest manifest = new([.. layers]);
        await BlobAsync(site, MediaType.Config, manifest.Config.ToArray());
        await site.PushManifestAsync(manifest.Content, tag, Stop);
    }

    private static async Task<Descriptor> BlobAsync(Repository site, string type, byte[] bytes)
    {
        Descriptor blob = Descriptor.Of(type, bytes);
        await site.PushBlobAsync(blob, () => new MemoryStream(bytes), Stop);
        return blob;
    }
}
