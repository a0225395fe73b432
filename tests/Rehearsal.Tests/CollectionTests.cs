using System.Text;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Rehearsal.Tests;

/// <summary>The collection of untagged manifests, as Quay does it in the background.</summary>
public class CollectionTests
{
    private static async Task<Descriptor> PushAsync(RegistryFixture fixture, string seed, string? tag = null, Descriptor? subject = null)
    {
        Descriptor config = await fixture.PushBlobAsync("a/b", Encoding.UTF8.GetBytes(seed));
        return await PutAsync(fixture, MediaType.Manifest, new Manifest(config, []) { Subject = subject }.ToBytes(), tag);
    }

    private static async Task<Descriptor> PutAsync(RegistryFixture fixture, string type, byte[] bytes, string? tag)
    {
        using HttpResponseMessage answer = await fixture.SendAsync(
            "PUT",
            $"/v2/a/b/manifests/{tag ?? Digest.Of(bytes).ToString()}",
            bytes,
            type
        );
        Assert.Equal(201, (int)answer.StatusCode);
        return Descriptor.Of(type, bytes);
    }

    private static async Task<bool> HasAsync(RegistryFixture fixture, Descriptor manifest) =>
        (await fixture.SendAsync("HEAD", $"/v2/a/b/manifests/{manifest.Digest}")).IsSuccessStatusCode;

    [Fact]
    public async Task What_no_tag_reaches_goes_and_all_else_stays()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor child = await PushAsync(fixture, "child");
        Descriptor nested = await PutAsync(fixture, MediaType.Index, new Oci.Index([child]).ToBytes(), null);
        Descriptor index = await PutAsync(fixture, MediaType.Index, new Oci.Index([nested]).ToBytes(), "v1");
        Descriptor referrer = await PushAsync(fixture, "signature of the child", subject: child);
        Descriptor second = await PushAsync(fixture, "note on the signature", subject: referrer);
        Descriptor lonely = await PushAsync(fixture, "untagged");
        Descriptor orphan = await PushAsync(fixture, "about the untagged", subject: lonely);

        Assert.Equal(new HashSet<Digest> { lonely.Digest, orphan.Digest }, [.. fixture.Registry.CollectUntagged()]);

        foreach (Descriptor kept in new[] { child, nested, index, referrer, second })
            Assert.True(await HasAsync(fixture, kept));
        Assert.False(await HasAsync(fixture, lonely));
        Assert.False(await HasAsync(fixture, orphan));
        Assert.Empty(fixture.Registry.CollectUntagged());
    }

    [Fact]
    public async Task A_manifest_that_loses_its_tag_goes_with_the_next_collection()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor first = await PushAsync(fixture, "1", "v1");
        Assert.Empty(fixture.Registry.CollectUntagged());
        await PushAsync(fixture, "2", "v1");
        Assert.Equal([first.Digest], fixture.Registry.CollectUntagged());
    }

    [Fact]
    public async Task It_can_happen_right_before_a_request()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options.WithFaults(request => request.Method == "HEAD" ? Fault.Collected : null)
        );
        Descriptor lonely = await PushAsync(fixture, "untagged");
        Assert.False(await HasAsync(fixture, lonely));
    }

    [Fact]
    public async Task An_empty_registry_has_nothing_to_collect()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Assert.Empty(fixture.Registry.CollectUntagged());
    }
}
