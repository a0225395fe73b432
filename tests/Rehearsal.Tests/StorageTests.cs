using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>A registry keeps the same content in the same way wherever it keeps it.</summary>
public class StorageTests
{
    [Fact]
    public async Task What_a_folder_held_before_stays_whatever_it_is_called()
    {
        await using RegistryFixture outer = await RegistryFixture.StartAsync();
        string theirs = Path.Combine(outer.Storage, "site", "uploads", "photo");
        Directory.CreateDirectory(Path.GetDirectoryName(theirs)!);
        await File.WriteAllTextAsync(theirs, "theirs", TestContext.Current.CancellationToken);
        await using RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
            new RehearsalOptions { Storage = RehearsalStorage.InFolder(Path.Combine(outer.Storage, "site")) },
            TestContext.Current.CancellationToken
        );
        Assert.True(File.Exists(theirs));
    }

    /// <summary>Several blocks, and none whole at its end.</summary>
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_001).Select(i => (byte)(i * 31 % 251))];

    public static TheoryData<bool> Both => [true, false];

    private static Task<RegistryFixture> StartAsync(bool inMemory) =>
        RegistryFixture.StartAsync(options => inMemory ? options with { Storage = RehearsalStorage.InMemory() } : options);

    [Theory, MemberData(nameof(Both))]
    public async Task A_blob_of_odd_chunks_comes_back_whole_and_in_ranges(bool inMemory)
    {
        await using RegistryFixture fixture = await StartAsync(inMemory);
        string location = await fixture.BeginUploadAsync("a");
        for (int at = 0, size = 1; at < Content.Length; at += size, size = size * 3 + 1)
            Assert.Equal(
                202,
                (int)(await fixture.SendAsync("PATCH", location, Content[at..Math.Min(at + size, Content.Length)])).StatusCode
            );
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", $"{location}?digest={Digest.Of(Content)}")).StatusCode);
        string path = $"/v2/a/blobs/{Digest.Of(Content)}";
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(path, TestContext.Current.CancellationToken));
        foreach ((int first, int last) in new[] { (0, 0), (65_535, 65_536), (65_536, 131_071), (100, 300_000), (300_000, 300_000) })
        {
            using HttpResponseMessage part = await fixture.SendAsync("GET", path, headers: ("Range", $"bytes={first}-{last}"));
            Assert.Equal(Content[first..(last + 1)], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_registry_that_starts_again_on_it_finds_everything_but_uploads(bool inMemory)
    {
        await using RegistryFixture outer = await StartAsync(inMemory);
        RehearsalStorage storage = inMemory ? RehearsalStorage.InMemory() : RehearsalStorage.InFolder(Path.Combine(outer.Storage, "again"));
        byte[] manifest;
        string location;
        await using (RegistryFixture first = await RegistryFixture.StartAsync(options => options with { Storage = storage }))
        {
            manifest = new Manifest(await first.PushBlobAsync("a/b", Content), []).ToBytes();
            Assert.Equal(201, (int)(await first.SendAsync("PUT", "/v2/a/b/manifests/v1", manifest, MediaType.Manifest)).StatusCode);
            location = await first.BeginUploadAsync("a/b");
        }

        await using RegistryFixture second = await RegistryFixture.StartAsync(options => options with { Storage = storage });
        Assert.Equal(manifest, await second.Client.GetByteArrayAsync("/v2/a/b/manifests/v1", TestContext.Current.CancellationToken));
        Assert.Equal(
            Content,
            await second.Client.GetByteArrayAsync($"/v2/a/b/blobs/{Digest.Of(Content)}", TestContext.Current.CancellationToken)
        );
        Assert.Equal(404, (int)(await second.SendAsync("GET", location)).StatusCode);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Tags_repositories_and_collection_are_alike(bool inMemory)
    {
        await using RegistryFixture fixture = await StartAsync(inMemory);
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a/b", "{}"u8.ToArray()), []).ToBytes();
        await (await fixture.SendAsync("GET", "/v2/a/tags/list")).ShouldBeAsync(404, "NAME_UNKNOWN");
        Assert.Equal(
            """{"name":"a/b","tags":[]}""",
            await fixture.Client.GetStringAsync("/v2/a/b/tags/list", TestContext.Current.CancellationToken)
        );
        foreach (string tag in new[] { "v1", "v2" })
            (await fixture.SendAsync("PUT", $"/v2/a/b/manifests/{tag}", manifest, MediaType.Manifest)).Dispose();
        Assert.Equal(
            """{"name":"a/b","tags":["v1","v2"]}""",
            await fixture.Client.GetStringAsync("/v2/a/b/tags/list", TestContext.Current.CancellationToken)
        );
        Assert.Empty(fixture.Registry.CollectUntagged());
        foreach (string tag in new[] { "v1", "v2" })
            (await fixture.SendAsync("DELETE", $"/v2/a/b/manifests/{tag}")).Dispose();
        Assert.Equal([Digest.Of(manifest)], fixture.Registry.CollectUntagged());
        await (await fixture.SendAsync("GET", $"/v2/a/b/manifests/{Digest.Of(manifest)}")).ShouldBeAsync(404, "MANIFEST_UNKNOWN");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_empty_blob_is_one(bool inMemory)
    {
        await using RegistryFixture fixture = await StartAsync(inMemory);
        Descriptor empty = await fixture.PushBlobAsync("a", []);
        using HttpResponseMessage answer = await fixture.SendAsync("GET", $"/v2/a/blobs/{empty.Digest}");
        Assert.Equal((200, 0L), ((int)answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Equal(416, (int)(await fixture.SendAsync("GET", $"/v2/a/blobs/{empty.Digest}", headers: ("Range", "bytes=0-0"))).StatusCode);
    }

    [Fact]
    public async Task In_memory_nothing_is_written()
    {
        await using RegistryFixture fixture = await StartAsync(inMemory: true);
        await fixture.PushBlobAsync("a", Content);
        Assert.Empty(Directory.EnumerateFileSystemEntries(fixture.Storage));
    }
}
