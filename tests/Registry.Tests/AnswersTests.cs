using System.Text;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>What the client makes of answers: definite, indefinite, redirected, wrong, hostile.</summary>
public class AnswersTests
{
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[]}"""
    );
    private static readonly Digest Wanted = Digest.Of(Manifest);

    [Theory]
    [InlineData(401, RemoteFault.Refused)]
    [InlineData(403, RemoteFault.Refused)]
    [InlineData(410, RemoteFault.NotFound)]
    [InlineData(405, RemoteFault.Protocol)]
    [InlineData(429, RemoteFault.TryAgain)]
    [InlineData(500, RemoteFault.TryAgain)]
    [InlineData(501, RemoteFault.Protocol)]
    [InlineData(204, RemoteFault.Protocol)]
    public async Task Only_a_404_means_that_a_tag_is_absent(int status, RemoteFault fault)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(fault, e.Fault);
        Assert.Equal(status, (int)e.Status!);
        Assert.Equal("HEAD manifest v1", e.Operation);
    }

    [Fact]
    public async Task A_broken_connection_is_no_absence()
    {
        RegistryHandler far = new(_ => throw new HttpRequestException("reset"));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Equal(
            "quay.io/a/b: HEAD manifest v1: reset after 3 tries over 0 s; wait a while, then run the same command again",
            e.Message
        );
    }

    [Fact]
    public async Task A_head_without_digest_is_followed_by_a_get()
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Head
                ? RegistryHandler.Answer(200)
                : RegistryHandler.Answer(200, Encoding.UTF8.GetString(Manifest), ("Content-Type", MediaType.Index))
        );
        Assert.Equal(Wanted, (await far.Repository().ResolveAsync("v1", default))!.Digest);
        Assert.Equal(["HEAD", "GET"], far.Requests.Select(asked => asked.Method));
    }

    [Fact]
    public async Task A_digest_header_that_is_none_is_refused()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, "", ("Docker-Content-Digest", "sha256:short")));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Protocol, e.Fault);
    }

    [Fact]
    public async Task A_manifest_with_other_bytes_is_refused()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, "{}", ("Content-Type", MediaType.Index)));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => far.Repository().ReadManifestAsync(Wanted, default));
        Assert.Contains(Wanted.ToString(), e.Message);
    }

    [Fact]
    public async Task A_manifest_sent_as_another_type_than_its_own_is_refused()
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(200, Encoding.UTF8.GetString(Manifest), ("Content-Type", MediaType.Manifest))
        );
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().ReadManifestAsync(Wanted, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_beyond_4_MiB_is_refused_with_and_without_length(bool announced)
    {
        byte[] large = new byte[OciJson.MaximumManifestSize + 1];
        RegistryHandler far = new(_ => new HttpResponseMessage
        {
            Content = announced ? new ByteArrayContent(large) : new StreamContent(new Endless()),
        });
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            far.Repository().ReadManifestAsync(Digest.Of(large), default)
        );
        Assert.Contains("4194304", e.Message);
    }

    [Fact]
    public async Task A_blob_with_other_bytes_fails_at_its_end_and_one_of_another_size_at_once()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, "blob"));
        await using Stream other = (await far.Repository().OpenBlobAsync(Descriptor.Of("x", "bloc"u8), default))!;
        await Assert.ThrowsAsync<ContentException>(() => other.CopyToAsync(Stream.Null));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().OpenBlobAsync(Descriptor.Of("x", "blobs"u8), default));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().HasBlobAsync(Descriptor.Of("x", "blobs"u8), default));
    }

    [Fact]
    public async Task A_redirected_blob_is_fetched_without_authorization()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Host == "storage.example" ? RegistryHandler.Answer(200, "blob")
            : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
            : RegistryHandler.Answer(307, "", ("Location", "https://storage.example/blob?sig=1"))
        );
        await using Stream blob = (await far.Repository().OpenBlobAsync(Descriptor.Of("x", "blob"u8), default))!;
        await blob.CopyToAsync(Stream.Null);
        Assert.NotNull(far.Requests[1].Authorization);
        Assert.Equal("https://storage.example/blob?sig=1", far.Requests[2].Address.AbsoluteUri);
        Assert.Null(far.Requests[2].Authorization);
    }

    [Theory]
    [InlineData("http://storage.example/blob")]
    [InlineData("http://quay.io/blob")]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("https://localhost/")]
    [InlineData("https://user:word@storage.example/")]
    [InlineData("ftp://storage.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://storage.example/\u0007")]
    [InlineData("")]
    public async Task A_redirect_to_where_we_do_not_go_is_refused(string location)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(307, "", ("Location", location)));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().OpenBlobAsync(Descriptor.Of("x", "blob"u8), default)
        );
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(302, "", ("Location", "/again")));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ReadManifestAsync(Wanted, default));
        Assert.Contains("more than 5 redirects", e.Message);
        Assert.Equal(6, far.Requests.Count);
    }

    [Theory]
    [InlineData("/v2/a/b/blobs/uploads/1?_state=x%3D%3D", "https://quay.io/v2/a/b/blobs/uploads/1?_state=x%3D%3D&digest=sha256%3A", true)]
    [InlineData("../uploads/7", "https://quay.io/v2/a/b/blobs/uploads/7?digest=sha256%3A", true)]
    [InlineData("https://quay.io/up", "https://quay.io/up?digest=sha256%3A", true)]
    [InlineData("//quay.io/up#part", "https://quay.io/up?digest=sha256%3A", true)]
    [InlineData("https://upload.example/up?sig=a", "https://upload.example/up?sig=a&digest=sha256%3A", false)]
    public async Task An_upload_goes_where_the_location_says_with_credentials_at_home_only(string location, string wanted, bool authorised)
    {
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                _ when request.Headers.Authorization is null && request.RequestUri!.Host == "quay.io" => RegistryHandler.Answer(
                    401,
                    "",
                    ("WWW-Authenticate", "Basic realm=\"x\"")
                ),
                "POST" => RegistryHandler.Answer(202, "", ("Location", location)),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(
            await far.Repository().PushBlobAsync(Descriptor.Of("x", "blob"u8), () => new MemoryStream("blob"u8.ToArray()), default)
        );
        (string method, Uri address, string? authorization) = far.Requests[^1];
        Assert.Equal("PUT", method);
        Assert.StartsWith(wanted, address.AbsoluteUri);
        Assert.Equal(authorised, authorization is not null);
    }

    [Theory]
    [InlineData("http://quay.io/up")]
    [InlineData("http://evil.example/up")]
    [InlineData("https://[::1]/up")]
    [InlineData("https://robot:word@quay.io/up")]
    [InlineData("")]
    public async Task An_upload_location_where_we_do_not_go_gets_no_bytes(string location)
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Head ? RegistryHandler.Answer(404) : RegistryHandler.Answer(202, "", ("Location", location))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().PushBlobAsync(Descriptor.Of("x", "blob"u8), () => throw new InvalidOperationException("opened"), default)
        );
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Equal(["HEAD", "POST"], far.Requests.Select(asked => asked.Method));
        Assert.DoesNotContain("word", e.Message);
    }

    [Fact]
    public async Task A_registry_that_stored_something_else_is_not_believed()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(201, "", ("Docker-Content-Digest", Digest.Of("x"u8).ToString())));
        await Assert.ThrowsAsync<ContentException>(() =>
            far.Repository().PushManifestAsync(new ManifestContent(MediaType.Index, Manifest), "v1", default)
        );
    }

    [Fact]
    public async Task A_refused_manifest_repeats_the_registrys_own_words()
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(413, """{"errors":[{"code":"MANIFEST_INVALID","message":"too large for your plan"}]}""")
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().PushManifestAsync(new ManifestContent(MediaType.Index, Manifest), "v1.36.4", default)
        );
        Assert.StartsWith("quay.io/a/b: PUT manifest v1.36.4: 413 MANIFEST_INVALID \"too large for your plan\"; ", e.Message);
        Assert.Equal(("quay.io", "a/b", "MANIFEST_INVALID"), (e.Registry, e.RepositoryName, e.Code));
    }

    [Fact]
    public async Task The_last_of_many_429_says_why()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull limit"}]}"""));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ReadManifestAsync(Wanted, default));
        Assert.Contains("429 after 3 tries over 0 s TOOMANYREQUESTS \"pull limit\"; wait", e.Message);
        Assert.Equal("TOOMANYREQUESTS", e.Code);
        Assert.Equal(3, far.Requests.Count);
    }

    [Theory]
    [InlineData("Not-A-Tag!")]
    [InlineData("../../x")]
    [InlineData("v1?x=1")]
    public async Task A_tag_that_is_none_is_not_asked_for(string tag)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(404));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().ResolveAsync(tag, default));
        Assert.Empty(far.Requests);
    }

    private sealed class Endless : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
