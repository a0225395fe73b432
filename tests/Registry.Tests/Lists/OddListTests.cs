using System.Text;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>Lists of tags and of referrers as real registries write them.</summary>
public class OddListTests
{
    private static readonly Descriptor Subject = Descriptor.Of(MediaType.Index, Encoding.UTF8.GetBytes(Image));

    private static string Image => Encoding.UTF8.GetString(new Oci.Index([Descriptor.Of(MediaType.Manifest, "amd64"u8)]).ToBytes());

    /// <summary>Artifactory lists the digests of an index's images among the tags.</summary>
    [Fact]
    public async Task Digests_among_the_tags_are_passed_over()
    {
        string digest = Digest.Of("amd64"u8).ToString();
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, $$"""{"name":"a/b","tags":["v1","{{digest}}","v2"]}"""));
        Assert.Equal(["v1", "v2"], (await far.Repository().TagsAsync(default))!.Value.ToArray());
    }

    /// <summary>distribution 3.1.0 refuses pages that are larger than its own.</summary>
    [Fact]
    public async Task A_registry_that_refuses_the_size_of_a_page_is_asked_without_one()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Query.Contains("n=", StringComparison.Ordinal)
                ? RegistryHandler.Answer(400, """{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"no","detail":{"n":1000}}]}""")
                : RegistryHandler.Answer(200, """{"tags":["v1"]}""")
        );
        Assert.Equal(["v1"], (await far.Repository().TagsAsync(default))!.Value.ToArray());
        Assert.Equal(["?n=1000", ""], far.Requests.Select(asked => asked.Address.Query));
    }

    [Fact]
    public async Task A_registry_that_refuses_the_list_itself_is_asked_no_third_time()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(400, """{"errors":[{"code":"NAME_INVALID","message":"no"}]}"""));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
        Assert.Equal("NAME_INVALID", e.Code);
        Assert.Equal(2, far.Requests.Count);
    }

    /// <summary>Cloudflare's serverless registry leaves the brackets away.</summary>
    [Theory]
    [InlineData("https://quay.io/v2/a/b/tags/list?n=1000&last=v1; rel=next")]
    [InlineData("/v2/a/b/tags/list?n=1000&last=v1; rel=\"next\"")]
    [InlineData(" /v2/a/b/tags/list?n=1000&last=v1;rel=next ")]
    public async Task A_link_without_brackets_leads_to_the_next_page(string link)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Query.Contains("last=v1", StringComparison.Ordinal)
                ? RegistryHandler.Answer(200, """{"tags":["v2"]}""")
                : RegistryHandler.Answer(200, """{"tags":["v1"]}""", ("Link", link))
        );
        Assert.Equal(["v1", "v2"], (await far.Repository().TagsAsync(default))!.Value.ToArray());
    }

    [Theory]
    [InlineData("https://evil.example/v2/; rel=next")]
    [InlineData("//evil.example/v2/; rel=next")]
    [InlineData("/v2/x; rel=next, /v2/y; rel=next")]
    [InlineData("/v2/x rel=next")]
    public async Task A_link_without_brackets_that_leads_elsewhere_or_in_two_ways_is_refused(string link)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, """{"tags":["v1"]}""", ("Link", link)));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
        Assert.Single(far.Requests);
    }

    /// <summary>GitLab was seen to answer the tag of the list with the image itself, whose own parts are no referrers.</summary>
    [Fact]
    public async Task A_referrers_tag_that_names_the_subject_itself_is_no_list()
    {
        RegistryHandler far = new(request =>
            request.Method != HttpMethod.Get ? RegistryHandler.Answer(201)
            : request.RequestUri!.AbsolutePath.Contains("/referrers/", StringComparison.Ordinal) ? RegistryHandler.Answer(404)
            : RegistryHandler.Answer(200, Image, ("Content-Type", MediaType.Index))
        );
        Assert.Empty(await far.Repository().ReferrersAsync(Subject.Digest, null, default));
        Manifest referrer = new(Descriptor.Of("application/vnd.oci.empty.v1+json", "{}"u8), []) { ArtifactType = "x/y", Subject = Subject };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            far.Repository().PushReferrerAsync(new ManifestContent(MediaType.Manifest, referrer.ToBytes()), default)
        );
        Assert.Contains("names the image itself", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, far.Requests.Count(asked => asked.Method == "PUT"));
    }

    /// <summary>ECR took note of a subject before it had the API: reading back tells.</summary>
    [Fact]
    public async Task A_note_of_the_subject_without_the_API_is_found_out_by_reading_back()
    {
        Manifest manifest = new(Descriptor.Of("application/vnd.oci.empty.v1+json", "{}"u8), []) { ArtifactType = "x/y", Subject = Subject };
        ManifestContent referrer = new(MediaType.Manifest, manifest.ToBytes());
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Put
                ? RegistryHandler.Answer(201, "", ("OCI-Subject", Subject.Digest.ToString()))
                : RegistryHandler.Answer(request.Method == HttpMethod.Head ? 200 : 404)
        );
        Assert.True(await far.Repository().PushReferrerAsync(referrer, default));
        Assert.False(await far.Repository().HasReferrerAsync(Subject.Digest, referrer.Descriptor with { ArtifactType = "x/y" }, default));
    }
}
