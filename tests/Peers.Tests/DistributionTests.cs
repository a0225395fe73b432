using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Our client and the CNCF's registry server, where the specification leaves a choice.</summary>
public sealed class DistributionTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 % 251))];
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Fact]
    public async Task A_blob_of_a_sibling_is_mounted_and_not_sent()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using HttpTransport transport = new(HttpTransport.NewHandler(), new Patience(), TimeProvider.System, _ => { });
        RegistryClient client = Client(transport, registry.Host);
        Repository source = client.Repository(Reference.Parse("quay.io/a/source")), target = client.Repository(Reference.Parse("quay.io/a/b"));
        Assert.True(await source.PushBlobAsync(Blob, () => new MemoryStream(Content), [target], default));
        Assert.False(await target.PushBlobAsync(Blob, () => throw new InvalidOperationException("opened"), [source], default));
        Assert.True(await target.HasBlobAsync(Blob, default));
    }

    private static RegistryClient Client(HttpTransport transport, string host) =>
        new(transport, Credentials.None, RegistryMap.Parse([$"quay.io=http://{host}"]), TimeProvider.System);
}
