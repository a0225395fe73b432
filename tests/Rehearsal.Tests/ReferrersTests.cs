using System.Text;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of the distribution specification: "Listing Referrers", "Pushing Manifests with Subject".</summary>
public class ReferrersTests
{
    private const string Sbom = "application/vnd.example.sbom+json";

    private static readonly Descriptor Subject = Descriptor.Of(MediaType.Manifest, "a subject that was never pushed"u8);
    private static readonly string Listing = $"/v2/a/referrers/{Subject.Digest}";

    private static async Task<(Descriptor Pushed, HttpResponseMessage Answer)> PushAsync(
        RegistryFixture fixture,
        string number,
        string? artifactType = Sbom
    )
    {
        Descriptor config = await fixture.PushBlobAsync("a", "{}"u8.ToArray()) with { MediaType = "application/vnd.example.config" };
        Manifest manifest = new(config, [])
        {
            ArtifactType = artifactType,
            Subject = Subject,
            Annotations = Descriptor.NoAnnotations.Add("number", number),
        };
        return await PutAsync(fixture, MediaType.Manifest, manifest.ToBytes());
    }

    private static async Task<(Descriptor Pushed, HttpResponseMessage Answer)> PutAsync(RegistryFixture fixture, string type, byte[] bytes)
    {
        HttpResponseMessage answer = await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of(bytes)}", bytes, type);
        Assert.Equal(201, (int)answer.StatusCode);
        return (Descriptor.Of(type, bytes), answer);
    }

    private static async Task<(Descriptor[] Listed, HttpResponseMessage Answer)> ListAsync(RegistryFixture fixture, string path)
    {
        HttpResponseMessage answer = await fixture.SendAsync("GET", path);
        Assert.Equal((200, MediaType.Index), ((int)answer.StatusCode, answer.Header("Content-Type")));
        return ([.. Oci.Index.Parse(await answer.Content.ReadAsByteArrayAsync()).Manifests], answer);
    }

    [Fact]
    public async Task The_answer_to_a_push_names_the_subject()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        (_, HttpResponseMessage answer) = await PushAsync(fixture, "1");
        Assert.Equal(Subject.Digest.ToString(), answer.Header("OCI-Subject"));
    }

    [Fact]
    public async Task Referrers_are_listed_with_type_size_artifact_type_and_annotations()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        (Descriptor pushed, _) = await PushAsync(fixture, "1");
        (Descriptor[] listed, HttpResponseMessage answer) = await ListAsync(fixture, Listing);
        Assert.Equal([pushed with { ArtifactType = Sbom, Annotations = Descriptor.NoAnnotations.Add("number", "1") }], listed);
        Assert.Equal("", answer.Header("OCI-Filters-Applied"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Without_an_artifact_type_the_configs_type_stands_for_it(string? artifactType)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await PushAsync(fixture, "1", artifactType);
        Assert.Equal("application/vnd.example.config", Assert.Single((await ListAsync(fixture, Listing)).Listed).ArtifactType);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("\"artifactType\":\"x/y\",", "x/y")]
    public async Task An_index_refers_too_and_has_no_artifact_type_but_its_own(string field, string? wanted)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] index = Encoding.UTF8.GetBytes(
            $$"""{ {{field}}"manifests":[],"subject":{"mediaType":"{{MediaType.Manifest}}","digest":"{{Subject.Digest}}","size":1} }"""
        );
        (_, HttpResponseMessage answer) = await PutAsync(fixture, MediaType.Index, index);
        Assert.Equal(Subject.Digest.ToString(), answer.Header("OCI-Subject"));
        Descriptor listed = Assert.Single((await ListAsync(fixture, Listing)).Listed);
        Assert.Equal((MediaType.Index, wanted), (listed.MediaType, listed.ArtifactType));
    }

    [Fact]
    public async Task A_filter_is_applied_and_said_to_be()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await PushAsync(fixture, "1");
        (Descriptor other, _) = await PushAsync(fixture, "2", "application/other+x");
        (Descriptor[] listed, HttpResponseMessage answer) = await ListAsync(fixture, Listing + "?artifactType=application%2Fother%2Bx");
        Assert.Equal(other.Digest, Assert.Single(listed).Digest);
        Assert.Equal("artifactType", answer.Header("OCI-Filters-Applied"));
        Assert.Empty((await ListAsync(fixture, Listing + "?artifactType=none")).Listed);
    }

    [Fact]
    public async Task Nothing_that_refers_is_an_empty_list_even_where_nothing_is()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Assert.Empty((await ListAsync(fixture, "/v2/nowhere/referrers/" + Subject.Digest)).Listed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("artifactType=application%2Fvnd.example.sbom%2Bjson")]
    public async Task Pages_link_on_and_together_list_each_once(string filter)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { ReferrersPage = 2 });
        HashSet<Digest> wanted = [];
        for (int i = 0; i < 5; i++)
            wanted.Add((await PushAsync(fixture, $"{i}")).Pushed.Digest);
        await PushAsync(fixture, "other", filter.Length > 0 ? "application/other" : Sbom);
        List<Digest> seen = [];
        string next = Listing + "?" + filter;
        int pages = 0;
        for (; next.Length > 0; pages++)
        {
            (Descriptor[] listed, HttpResponseMessage answer) = await ListAsync(fixture, next);
            Assert.InRange(listed.Length, 1, 2);
            seen.AddRange(listed.Select(referrer => referrer.Digest));
            string link = answer.Header("Link");
            Assert.True(link.Length == 0 || link.EndsWith("; rel=\"next\"", StringComparison.Ordinal));
            next = link.Length == 0 ? "" : link[1..link.IndexOf('>', StringComparison.Ordinal)];
        }

        Assert.Equal(3, pages);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Subset(seen.ToHashSet(), wanted);
        Assert.Equal(filter.Length > 0 ? 5 : 6, seen.Count);
    }

    [Fact]
    public async Task A_page_stays_below_what_a_manifest_may_have()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        for (int i = 0; i < 3; i++)
            await PushAsync(fixture, i + new string('x', 2_000_000));
        using HttpResponseMessage answer = await fixture.SendAsync("GET", Listing);
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 4_000_000, OciJson.MaximumManifestSize);
        Assert.NotEqual("", answer.Header("Link"));
    }

    [Fact]
    public async Task A_deleted_referrer_is_listed_no_more()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        (Descriptor pushed, _) = await PushAsync(fixture, "1");
        Assert.Equal(202, (int)(await fixture.SendAsync("DELETE", $"/v2/a/manifests/{pushed.Digest}")).StatusCode);
        Assert.Empty((await ListAsync(fixture, Listing)).Listed);
    }

    [Fact]
    public async Task Referrers_belong_to_their_repository()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await PushAsync(fixture, "1");
        Assert.Empty((await ListAsync(fixture, Listing.Replace("/a/", "/b/", StringComparison.Ordinal))).Listed);
    }

    [Fact]
    public async Task Without_the_api_there_is_404_and_no_word_of_the_subject()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { HasReferrers = false });
        (_, HttpResponseMessage answer) = await PushAsync(fixture, "1");
        Assert.Equal("", answer.Header("OCI-Subject"));
        await (await fixture.SendAsync("GET", Listing)).ShouldBeAsync(404, "UNSUPPORTED");
    }

    [Fact]
    public async Task What_was_pushed_before_the_api_was_there_is_listed_once_it_is()
    {
        RehearsalStorage storage = RehearsalStorage.InMemory();
        await using (
            RegistryFixture before = await RegistryFixture.StartAsync(options => options with { Storage = storage, HasReferrers = false })
        )
            await PushAsync(before, "1");
        await using RegistryFixture after = await RegistryFixture.StartAsync(options => options with { Storage = storage });
        Assert.Single((await ListAsync(after, Listing)).Listed);
    }

    [Fact]
    public async Task The_api_can_be_missing_for_single_requests()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options.WithFaults(_ => Fault.NoReferrers));
        (_, HttpResponseMessage answer) = await PushAsync(fixture, "1");
        Assert.Equal("", answer.Header("OCI-Subject"));
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", Listing)).StatusCode);
    }

    [Theory]
    [InlineData("sha256:x", 400, "DIGEST_INVALID")]
    [InlineData("v1", 400, "DIGEST_INVALID")]
    [InlineData("sha256:..%2f..%2f0000000000000000000000000000000000000000000000000000000000", 400, "DIGEST_INVALID")]
    public async Task What_is_no_digest_is_400(string subject, int status, string code)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("GET", $"/v2/a/referrers/{subject}")).ShouldBeAsync(status, code);
    }
}
