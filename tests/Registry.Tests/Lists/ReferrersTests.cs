using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>
/// Cases of the distribution specification, "Listing Referrers", "Pushing Manifests with Subject", "Referrers Tag Schema".
/// </summary>
public class ReferrersTests
{
    private const string Sbom = "application/vnd.example.sbom+json";

    private static readonly Descriptor Subject = Descriptor.Of(MediaType.Manifest, "subject"u8);
    private static readonly Descriptor Config = Descriptor.Of("application/vnd.oci.empty.v1+json", "{}"u8);
    private static readonly string Tag = "sha256-" + Subject.Digest.Hex;

    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Without_the_api_referrers_are_listed_under_the_tag_which_only_grows(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication, options =>
            options with
            {
                HasReferrers = false,
            }
        );
        Repository repository = fixture.Repository();
        await repository.PushBlobAsync(Config, () => new MemoryStream("{}"u8.ToArray()), default);
        ManifestContent one = Referrer("1", Sbom),
            two = Referrer("2", null);
        Assert.Empty(await repository.ReferrersAsync(Subject.Digest, null, default));
        Assert.False(await repository.PushReferrerAsync(one, default));
        Assert.False(await repository.PushReferrerAsync(two, default));
        Assert.False(await repository.PushReferrerAsync(one, default));

        Descriptor first = one.Descriptor with { ArtifactType = Sbom, Annotations = Number("1") };
        Descriptor second = two.Descriptor with { ArtifactType = Config.MediaType, Annotations = Number("2") };
        Assert.Equal([first, second], await repository.ReferrersAsync(Subject.Digest, null, default));
        Assert.Equal([first], await repository.ReferrersAsync(Subject.Digest, Sbom, default));
        Assert.Equal(MediaType.Index, (await repository.ResolveAsync(Tag, default))!.MediaType);
        Assert.Equal(2, fixture.Count("PUT", "/manifests/" + Tag));
    }

    [Fact]
    public async Task What_others_wrote_into_the_list_stays_as_it_is()
    {
        string others =
            $$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[{"mediaType":"x/y","digest":"{{Digest.Of("x"u8)}}","size":1,"urls":["https://a.example"]}],"unknown":[1]}""";
        string? written = null;
        RegistryHandler far = new(request =>
        {
            if (request.Method == HttpMethod.Get)
                return RegistryHandler.Answer(200, written ?? others, ("Content-Type", MediaType.Index));
            if (request.RequestUri!.AbsolutePath.EndsWith(Tag, StringComparison.Ordinal))
                written = request.Content!.ReadAsStringAsync().Result;
            return RegistryHandler.Answer(201);
        });
        await far.Repository().PushReferrerAsync(Referrer("1", Sbom), default);
        Assert.Contains("""{"mediaType":"x/y","digest":""", written);
        Assert.Contains("\"urls\":[\"https://a.example\"]", written);
        Assert.Contains("\"unknown\":[1]", written);
        Assert.Contains(Referrer("1", Sbom).Descriptor.Digest.ToString(), written);
    }

    [Fact]
    public async Task A_registry_that_takes_note_of_the_subject_gets_no_tag()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(201, "", ("OCI-Subject", Subject.Digest.ToString())));
        Assert.True(await far.Repository().PushReferrerAsync(Referrer("1", Sbom), default));
        Assert.Equal(["PUT"], far.Requests.Select(asked => asked.Method));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_note_of_another_subject_is_none(string subject)
    {
        bool written = false;
        RegistryHandler far = new(request =>
        {
            if (request.Method == HttpMethod.Get)
                return written
                    ? RegistryHandler.Answer(200, List(Referrer("1", Sbom).Descriptor), ("Content-Type", MediaType.Index))
                    : RegistryHandler.Answer(404);
            written |= request.RequestUri!.AbsolutePath.EndsWith(Tag, StringComparison.Ordinal);
            return RegistryHandler.Answer(201, "", ("OCI-Subject", subject));
        });
        Assert.False(await far.Repository().PushReferrerAsync(Referrer("1", Sbom), default));
        Assert.True(written);
    }

    [Fact]
    public async Task A_list_that_does_not_keep_the_referrer_is_told()
    {
        RegistryHandler far = new(request => request.Method == HttpMethod.Get ? RegistryHandler.Answer(404) : RegistryHandler.Answer(201));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            far.Repository().PushReferrerAsync(Referrer("1", Sbom), default)
        );
        Assert.Contains(Tag, e.Message);
        Assert.Equal(4, far.Requests.Count(asked => asked.Method == "PUT"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Only_a_404_makes_a_new_list(int status)
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Get ? RegistryHandler.Answer(status) : RegistryHandler.Answer(201)
        );
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().PushReferrerAsync(Referrer("1", Sbom), default));
        Assert.Equal(1, far.Requests.Count(asked => asked.Method == "PUT"));
    }

    [Fact]
    public async Task A_tag_that_names_an_image_is_left_alone()
    {
        string image = Encoding.UTF8.GetString(Referrer("7", null).Bytes.Span);
        RegistryHandler far = new(request =>
            request.Method != HttpMethod.Get ? RegistryHandler.Answer(201)
            : request.RequestUri!.AbsolutePath.Contains("/referrers/", StringComparison.Ordinal) ? RegistryHandler.Answer(404)
            : RegistryHandler.Answer(200, image, ("Content-Type", MediaType.Manifest))
        );
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().PushReferrerAsync(Referrer("1", Sbom), default));
        Assert.Equal(1, far.Requests.Count(asked => asked.Method == "PUT"));
        Assert.Empty(await far.Repository().ReferrersAsync(Subject.Digest, null, default));
    }

    [Fact]
    public async Task A_manifest_without_subject_is_no_referrer()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(201));
        ManifestContent image = new(MediaType.Manifest, new Manifest(Config, []).ToBytes());
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().PushReferrerAsync(image, default));
        Assert.Empty(far.Requests);
    }

    [Theory]
    [InlineData("artifactType")]
    [InlineData("")]
    public async Task Pages_are_followed_and_filtered_whether_the_registry_does_or_not(string applied)
    {
        Descriptor one = Listed("1", Sbom),
            two = Listed("2", "other/type"),
            three = Listed("3", Sbom);
        RegistryHandler far = new(request =>
            RegistryHandler.Answer(
                200,
                request.RequestUri!.Query.Contains("page=2", StringComparison.Ordinal) ? List(one, three) : List(one, two),
                ("Content-Type", MediaType.Index),
                ("OCI-Filters-Applied", applied),
                (
                    "Link",
                    request.RequestUri.Query.Contains("page=2", StringComparison.Ordinal)
                        ? "</x>; rel=\"prev\""
                        : "</x>; rel=\"prev\", </v2/a/b/referrers/x?page=2>; rel=\"next\""
                )
            )
        );
        Assert.Equal([one, three], await far.Repository().ReferrersAsync(Subject.Digest, Sbom, default));
        Assert.Equal(
            $"/v2/a/b/referrers/{Subject.Digest}?artifactType=application%2Fvnd.example.sbom%2Bjson",
            far.Requests[0].Address.PathAndQuery
        );
        Assert.Equal(2, far.Requests.Count);
    }

    [Theory]
    [InlineData("</again>; rel=next", 2)]
    [InlineData("<https://evil.example/>; rel=\"next\"", 1)]
    [InlineData("<//evil.example/>; rel=\"next\"", 1)]
    [InlineData("<https://quay.io:8443/>; rel=\"next\"", 1)]
    [InlineData("<https://quay.io.evil.example/>; rel=\"next\"", 1)]
    [InlineData("</x>; rel=next, </y", 1)]
    [InlineData("</x>; rel=\"next", 1)]
    [InlineData("next", 1)]
    [InlineData("<http://evil.example/>; rel=\"next\"", 1)]
    [InlineData("<https://127.0.0.1/>; rel=\"next\"", 1)]
    [InlineData("<>; rel=\"next\"", 1)]
    public async Task Pages_without_end_or_where_we_do_not_go_are_refused(string link, int asked)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, List(), ("Content-Type", MediaType.Index), ("Link", link)));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().ReferrersAsync(Subject.Digest, null, default)
        );
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Equal(asked, far.Requests.Count);
    }

    [Theory]
    [InlineData("</more>; rel=\"prev next\"")]
    [InlineData("</more>; REL=NEXT")]
    [InlineData("</x>; title=\"a, <b>; rel=next\"; rel=prev , </more> ; rel = next; rel=prev")]
    [InlineData("</more>;rel=\"next\",</x>;rel=\"next\"")]
    public async Task The_next_page_is_found_by_the_grammar_of_the_field(string link)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/more"
                ? RegistryHandler.Answer(200, List(Listed("2", Sbom)), ("Content-Type", MediaType.Index))
                : RegistryHandler.Answer(200, List(Listed("1", Sbom)), ("Content-Type", MediaType.Index), ("Link", link))
        );
        Assert.Equal(2, (await far.Repository().ReferrersAsync(Subject.Digest, null, default)).Length);
    }

    [Theory]
    [InlineData("</x>; rel=prev")]
    [InlineData("</x>; rel=prev; rel=next")]
    [InlineData("</x>; rev=next")]
    [InlineData("</x>; title=\"rel=next\"")]
    [InlineData("")]
    public async Task Other_links_lead_nowhere(string link)
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(200, List(Listed("1", Sbom)), ("Content-Type", MediaType.Index), ("Link", link))
        );
        Assert.Single(await far.Repository().ReferrersAsync(Subject.Digest, null, default));
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task Ever_new_pages_end_after_a_hundred_and_large_ones_before()
    {
        int page = 0;
        RegistryHandler small = new(_ =>
            RegistryHandler.Answer(200, List(), ("Content-Type", MediaType.Index), ("Link", $"</page/{page++}>; rel=next"))
        );
        Assert.Contains(
            "after 100 pages",
            Assert.Single((await small.Repository().ListReferrersAsync(Subject.Digest, null, default)).PassedOver)
        );
        Assert.Equal(100, small.Requests.Count);

        string large = List()[..^1] + ",\"x\":\"" + new string('x', OciJson.MaximumManifestSize - 200) + "\"}";
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(200, large, ("Content-Type", MediaType.Index), ("Link", $"</page/{page++}>; rel=next"))
        );
        Assert.Contains(
            "after 5 pages",
            Assert.Single((await far.Repository().ListReferrersAsync(Subject.Digest, null, default)).PassedOver)
        );
        Assert.Equal(5, far.Requests.Count);

        RegistryHandler beyond = new(_ => RegistryHandler.Answer(200, large + new string(' ', 300), ("Content-Type", MediaType.Index)));
        await Assert.ThrowsAsync<ContentException>(() => beyond.Repository().ReferrersAsync(Subject.Digest, null, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_malformed_entry_is_passed_over_and_told_and_takes_no_other_along(bool api)
    {
        string annotations = string.Join(',', Enumerable.Range(0, 1025).Select(i => $"\"{i}\":\"\""));
        string[] bad =
        [
            """{"size":1}""",
            "7",
            "null",
            """{"mediaType":"a","digest":"sha256:x","size":1}""",
            $$"""{"mediaType":"a","digest":"{{Digest.Of("a"u8)}}","size":-1}""",
            $$"""{"mediaType":"a","digest":"{{Digest.Of("a"u8)}}","size":9223372036854775807}""",
            $"{{\"mediaType\":\"a\",\"digest\":\"{Digest.Of("a"u8)}\",\"size\":1,\"annotations\":{{{annotations}}}}}",
        ];
        string list = List(Listed("1", Sbom))
            .Replace("\"manifests\":[", $"\"manifests\":[{string.Join(',', bad)},", StringComparison.Ordinal);
        RegistryHandler far = new(request =>
            api || !request.RequestUri!.AbsolutePath.Contains("/referrers/", StringComparison.Ordinal)
                ? RegistryHandler.Answer(200, list, ("Content-Type", MediaType.Index))
                : RegistryHandler.Answer(404)
        );
        ReferrerList read = await far.Repository().ListReferrersAsync(Subject.Digest, Sbom, default);
        Assert.Equal([Listed("1", Sbom)], read.Referrers);
        Assert.Contains("7 malformed entries", Assert.Single(read.PassedOver));
    }

    [Fact]
    public async Task A_missing_page_in_the_middle_is_no_end()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/more"
                ? RegistryHandler.Answer(404)
                : RegistryHandler.Answer(200, List(), ("Content-Type", MediaType.Index), ("Link", "</more>; rel=next"))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().ReferrersAsync(Subject.Digest, null, default)
        );
        Assert.Equal(RemoteFault.NotFound, e.Fault);
    }

    [Theory]
    [InlineData(200, "text/html", "<html>")]
    [InlineData(200, MediaType.Index, "{}")]
    [InlineData(403, "", "")]
    [InlineData(405, "", "")]
    [InlineData(500, "", "")]
    public async Task An_answer_that_is_no_list_is_not_taken_for_an_empty_one(int status, string type, string body)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status, body, ("Content-Type", type)));
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => far.Repository().ReferrersAsync(Subject.Digest, null, default));
        Assert.True(e is RegistryException or ContentException, e.ToString());
    }

    [Fact]
    public async Task The_tag_of_a_long_digest_holds_its_first_64_digits()
    {
        Digest subject = Digest.Parse("sha512:" + new string('a', 64) + new string('b', 64));
        RegistryHandler far = new(_ => RegistryHandler.Answer(404));
        Assert.Empty(await far.Repository().ReferrersAsync(subject, null, default));
        Assert.EndsWith("/manifests/sha512-" + new string('a', 64), far.Requests[^1].Address.AbsolutePath);
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Number(string number) =>
        Descriptor.NoAnnotations.Add("number", number);

    private static ManifestContent Referrer(string number, string? type) =>
        new(
            MediaType.Manifest,
            new Manifest(Config, [])
            {
                ArtifactType = type,
                Subject = Subject,
                Annotations = Number(number),
            }.ToBytes()
        );

    private static Descriptor Listed(string number, string type) => Referrer(number, type).Descriptor with { ArtifactType = type };

    private static string List(params Descriptor[] referrers) => Encoding.UTF8.GetString(new Oci.Index([.. referrers]).ToBytes());
}
