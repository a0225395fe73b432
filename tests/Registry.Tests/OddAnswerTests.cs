using System.Text;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>Answers as real registries and token servers write them.</summary>
public class OddAnswerTests
{
    private static readonly byte[] Bytes = new Oci.Index([]).ToBytes();
    private static readonly Digest Known = Digest.Of(Bytes);

    [Theory]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    [InlineData("application/vnd.oci.image.index.v1+json; charset=utf-8")]
    [InlineData("APPLICATION/VND.OCI.IMAGE.INDEX.V1+JSON")]
    [InlineData("Application/vnd.OCI.image.index.v1+JSON;charset=\"utf-8\"; q=\"a;b\"")]
    [InlineData("application/vnd.oci.image.index.v1+json;")]
    [InlineData("application/vnd.oci.image.index.v1+json ; =")]
    public async Task A_media_type_compares_without_case_and_parameters(string type)
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(200, Encoding.UTF8.GetString(Bytes), ("Content-Type", type), ("Docker-Content-Digest", Known.ToString()))
        );
        Assert.Equal(MediaType.Index, (await far.Repository().ReadManifestAsync(Known, default))!.MediaType);
        Assert.Equal(MediaType.Index, (await far.Repository().ResolveAsync("v1", default))!.MediaType);
        Assert.Empty(await far.Repository().ReferrersAsync(Known, null, default));
        Assert.All(far.Requests, asked => Assert.DoesNotContain("sha256-", asked.Address.AbsoluteUri, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    [InlineData("application/vnd.oci.image.index.v1+jsonx")]
    [InlineData("application/vnd.oci.image.index.v1 +json")]
    public async Task Another_media_type_stays_another_one(string type)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, Encoding.UTF8.GetString(Bytes), ("Content-Type", type)));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().ReadManifestAsync(Known, default));
    }

    [Theory]
    [InlineData(404, "application/json", "{}")]
    [InlineData(400, "application/json", """{"errors":[{"code":"MANIFEST_UNKNOWN"}]}""")]
    [InlineData(405, "text/plain", "no")]
    [InlineData(406, "", "")]
    [InlineData(501, "", "")]
    [InlineData(200, "text/html; charset=utf-8", "<html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, "", "")]
    public async Task Whatever_says_that_there_is_no_referrers_API_leads_to_the_tag(int status, string type, string body)
    {
        Descriptor one = new(MediaType.Manifest, Digest.Of("one"u8), 3) { ArtifactType = "x/y" };
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath.Contains("/referrers/", StringComparison.Ordinal)
                ? RegistryHandler.Answer(status, body, type.Length > 0 ? [("Content-Type", type)] : [])
                : RegistryHandler.Answer(200, Encoding.UTF8.GetString(new Oci.Index([one]).ToBytes()), ("Content-Type", MediaType.Index))
        );
        Assert.Equal(one.Digest, Assert.Single(await far.Repository().ReferrersAsync(Known, null, default)).Digest);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(418)]
    [InlineData(500)]
    public async Task Whatever_else_refuses_the_referrers_is_no_empty_list(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ReferrersAsync(Known, null, default));
    }

    [Theory]
    [InlineData("""{"token":"t"}""")]
    [InlineData("""{"access_token":"t"}""")]
    [InlineData("""{"token":"","access_token":"t"}""")]
    [InlineData("""{"token":"t","access_token":""}""")]
    [InlineData("""{"token":null,"access_token":"t"}""")]
    [InlineData("""{"token":"t","access_token":null,"expires_in":null,"issued_at":null,"refresh_token":null}""")]
    [InlineData("""{"token":"t","access_token":"u","expires_in":"300"}""")]
    [InlineData("""{"token":"old","token":"t","scope":"a","scope":"b"}""")]
    [InlineData("\uFEFF{\"token\":\"t\",\"expires_in\":0}")]
    public async Task A_token_is_found_by_either_name_and_an_empty_one_is_none(string document)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/t" ? RegistryHandler.Answer(200, document)
            : request.Headers.Authorization is null
                ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://quay.io/t\""))
            : RegistryHandler.Answer(404)
        );
        Assert.Null(await far.Repository().ResolveAsync("v1", default));
        Assert.Equal("Bearer t", far.Requests[^1].Authorization);
    }

    [Theory]
    [InlineData("""{"token":"","access_token":""}""")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"token":7}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task No_token_by_either_name_is_none(string document)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/t"
                ? RegistryHandler.Answer(200, document)
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://quay.io/t\""))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Contains("not a token document", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errors":null}""")]
    [InlineData("""{"errors":[null]}""")]
    [InlineData("""{"errors":[{"code":null,"message":null,"detail":null}]}""")]
    [InlineData("""{"errors":[]}""")]
    [InlineData("<html>no</html>")]
    [InlineData("no")]
    [InlineData("")]
    public async Task An_error_without_words_is_still_the_error(string body)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(403, body));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task A_manifest_that_another_success_than_201_answers_has_to_be_there(int status)
    {
        bool isThere = true;
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Put ? RegistryHandler.Answer(status)
            : isThere
                ? RegistryHandler.Answer(
                    200,
                    Encoding.UTF8.GetString(Bytes),
                    ("Content-Type", MediaType.Index),
                    ("Docker-Content-Digest", Known.ToString())
                )
            : RegistryHandler.Answer(404)
        );
        ManifestContent manifest = new(MediaType.Index, Bytes);
        await far.Repository().PushManifestAsync(manifest, "v1", default);
        await far.Repository().PushManifestAsync(manifest, null, default);
        isThere = false;
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().PushManifestAsync(manifest, "v1", default));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().PushManifestAsync(manifest, null, default));
    }

    [Theory]
    [InlineData("0")]
    [InlineData(null)]
    public async Task A_HEAD_that_does_not_say_how_long_the_manifest_is_is_followed_by_a_GET(string? length)
    {
        RegistryHandler far = new(request =>
        {
            HttpResponseMessage answer = RegistryHandler.Answer(
                200,
                request.Method == HttpMethod.Head ? "" : Encoding.UTF8.GetString(Bytes),
                ("Content-Type", MediaType.Index),
                ("Docker-Content-Digest", Known.ToString())
            );
            if (request.Method == HttpMethod.Head && length is null)
                answer.Content = new StreamContent(new Unsized()) { Headers = { { "Content-Type", MediaType.Index } } };
            return answer;
        });
        Assert.Equal(Bytes.Length, (await far.Repository().ResolveAsync("v1", default))!.Size);
        Assert.Equal(["HEAD", "GET"], far.Requests.Select(asked => asked.Method));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_registry_that_deletes_nothing_says_so_in_several_ways(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        Assert.Equal(Deletion.Unsupported, await far.Repository().DeleteTagAsync("v1", default));
    }

    /// <summary>zot says 400 of a repository that it does not have; a tag that is not there is none that cannot be deleted.</summary>
    [Theory]
    [InlineData("NAME_UNKNOWN")]
    [InlineData("MANIFEST_UNKNOWN")]
    public async Task What_is_not_there_is_absent_also_where_it_is_refused_with_400(string code)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(400, $$"""{"errors":[{"code":"{{code}}","detail":"a/b"}]}"""));
        Assert.Equal(Deletion.Absent, await far.Repository().DeleteTagAsync("v1", default));
    }

    /// <summary>zot deletes no part of an index, and says so with 405: a refusal, and no word about deleting as such.</summary>
    [Fact]
    public async Task A_deletion_that_is_denied_is_not_one_that_no_registry_does()
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(405, """{"errors":[{"code":"DENIED","message":"part of an index","detail":{"reference":"v1"}}]}""")
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().DeleteTagAsync("v1", default));
        Assert.Contains("part of an index", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(405)]
    public async Task A_registry_that_refuses_to_be_asked_by_HEAD_is_asked_by_GET(int status)
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Head
                ? RegistryHandler.Answer(status)
                : RegistryHandler.Answer(
                    200,
                    Encoding.UTF8.GetString(Bytes),
                    ("Content-Type", MediaType.Index),
                    ("Docker-Content-Digest", Known.ToString())
                )
        );
        Assert.Equal(new Descriptor(MediaType.Index, Known, Bytes.Length), await far.Repository().ResolveAsync("v1", default));
        Assert.True(await far.Repository().HasManifestAsync(Known, default));
        Assert.True(await far.Repository().HasBlobAsync(new Descriptor(MediaType.Index, Known, Bytes.Length), default));
        Assert.Equal(["HEAD", "GET"], far.Requests.Select(asked => asked.Method).Distinct());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(405)]
    public async Task What_is_asked_by_GET_instead_may_be_absent_or_refused_in_words(int status)
    {
        int then = 404;
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Head
                ? RegistryHandler.Answer(status)
                : RegistryHandler.Answer(then, """{"errors":[{"code":"DENIED","message":"not from here"}]}""")
        );
        Assert.Null(await far.Repository().ResolveAsync("v1", default));
        Assert.False(await far.Repository().HasManifestAsync(Known, default));
        then = 403;
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("not from here", e.Message, StringComparison.Ordinal);
    }

    /// <summary>An address that is signed for GET alone: the store behind it refuses HEAD.</summary>
    [Fact]
    public async Task A_HEAD_that_is_led_to_a_store_which_refuses_it_is_asked_by_GET()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Host == "quay.io"
                ? RegistryHandler.Answer(307, "", ("Location", "https://store.example/x?sig=1"))
                : RegistryHandler.Answer(request.Method == HttpMethod.Head ? 403 : 200, "blob")
        );
        Assert.True(await far.Repository().HasBlobAsync(Descriptor.Of("x", "blob"u8), default));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().HasBlobAsync(Descriptor.Of("x", "blobs"u8), default));
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("application/octet-stream")]
    [InlineData("binary/octet-stream")]
    [InlineData("application/json")]
    public async Task A_type_that_says_nothing_leaves_it_to_the_documents_own(string type)
    {
        string document = $$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[]}""";
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(
                200,
                document,
                ("Content-Type", type),
                ("Docker-Content-Digest", Digest.Of(Encoding.UTF8.GetBytes(document)).ToString())
            )
        );
        Assert.Equal(
            MediaType.Index,
            (await far.Repository().ReadManifestAsync(Digest.Of(Encoding.UTF8.GetBytes(document)), default))!.MediaType
        );
        Assert.Equal(MediaType.Index, (await far.Repository().ResolveAsync("v1", default))!.MediaType);
    }

    /// <summary>Huawei's registry left the name of the algorithm away.</summary>
    [Fact]
    public async Task A_digest_field_of_64_digits_is_one_of_SHA_256()
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(
                200,
                Encoding.UTF8.GetString(Bytes),
                ("Content-Type", MediaType.Index),
                ("Docker-Content-Digest", Known.Hex)
            )
        );
        Assert.Equal(Known, (await far.Repository().ResolveAsync("v1", default))!.Digest);
        Assert.True(await far.Repository().HasManifestAsync(Known, default));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().HasManifestAsync(Digest.Of("x"u8), default));
    }

    /// <summary>What stands before Docker Hub writes a document of its own.</summary>
    [Fact]
    public async Task An_error_that_has_details_alone_is_told_in_them()
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(429, """{"details":"pull limit, see https://x.example/?key=1","error":{"details":"no"}}""")
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ReadManifestAsync(Known, default));
        Assert.Contains("\"pull limit, see https://x.example/?…\"", e.Message, StringComparison.Ordinal);
    }

    private sealed class Unsized : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
