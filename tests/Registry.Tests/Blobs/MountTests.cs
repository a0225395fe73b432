using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>Cases of the distribution specification, "Mounting a blob from another repository".</summary>
public class MountTests
{
    private static readonly byte[] Content = "blob"u8.ToArray();
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task A_blob_of_a_sibling_is_mounted_and_not_sent(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication, options => options with { IsPublic = false });
        RegistryClient client = fixture.Client(Credentials.Of([KeyValuePair.Create("quay.io", RegistryHandler.Robot)]));
        Repository source = client.Repository(Reference.Parse("quay.io/a/source")),
            target = client.Repository(Reference.Parse("quay.io/a/b"));
        await source.PushBlobAsync(Blob, Open, default);
        Assert.False(await target.PushBlobAsync(Blob, () => throw new InvalidOperationException("opened"), default, [source]));
        Assert.True(await target.HasBlobAsync(Blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_blob_that_no_sibling_has_is_sent_in_the_session_that_the_registry_offers()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        RegistryClient client = fixture.Client(Credentials.None);
        Repository target = client.Repository(Reference.Parse("quay.io/a/b"));
        Repository[] from = [client.Repository(Reference.Parse("quay.io/a/one")), client.Repository(Reference.Parse("quay.io/a/two"))];
        Assert.True(await target.PushBlobAsync(Blob, Open, default, from));
        Assert.Equal(["HEAD", "POST", "DELETE", "POST", "PUT"], fixture.Registry.Log.All.Select(entry => entry.Request.Method));
        Assert.True(await target.HasBlobAsync(Blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_token_for_mounting_covers_both_repositories_with_no_more_than_pull_on_the_source()
    {
        List<string> scopes = [];
        RegistryHandler far = new(request =>
        {
            if (request.RequestUri!.AbsolutePath != "/v2/auth")
            {
                return request.Headers.Authorization is null
                        ? RegistryHandler.Answer(
                            401,
                            "",
                            ("WWW-Authenticate", "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"")
                        )
                    : request.Method == HttpMethod.Head ? RegistryHandler.Answer(404)
                    : RegistryHandler.Answer(201);
            }

            scopes.Add(Uri.UnescapeDataString(request.RequestUri.Query));
            return RegistryHandler.Answer(200, """{"token":"t"}""");
        });
        (Repository source, Repository target) = Pair(far);
        Assert.False(await target.PushBlobAsync(Blob, Open, default, [source]));
        Assert.Equal("?service=quay.io&scope=repository:a/b:pull,push&scope=repository:a/source:pull", scopes[^1]);
        Assert.Equal($"?mount=sha256%3A{Blob.Digest.Hex}&from=a%2Fsource", far.Requests[^1].Address.Query);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_refused_mount_does_not_fail_the_push(int status)
    {
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" when request.RequestUri!.Query.Contains("mount=", StringComparison.Ordinal) => status == 0
                    ? throw new HttpRequestException("reset")
                    : RegistryHandler.Answer(status),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                _ => RegistryHandler.Answer(201),
            }
        );
        (Repository source, Repository target) = Pair(far);
        Assert.True(await target.PushBlobAsync(Blob, Open, default, [source]));
        Assert.Equal("https://quay.io/up", far.Requests[^1].Address.GetLeftPart(UriPartial.Path));
        Assert.Equal("PUT", far.Requests[^1].Method);
    }

    [Fact]
    public async Task A_realm_that_gives_no_token_for_the_source_does_not_fail_the_push()
    {
        RegistryHandler far = new(request =>
            request switch
            {
                { RequestUri.AbsolutePath: "/v2/auth" } => Uri.UnescapeDataString(request.RequestUri.Query)
                    .Contains("a/source", StringComparison.Ordinal)
                    ? RegistryHandler.Answer(403)
                    : RegistryHandler.Answer(200, """{"token":"t"}"""),
                { Headers.Authorization: null } => RegistryHandler.Answer(
                    401,
                    "",
                    ("WWW-Authenticate", "Bearer realm=\"https://quay.io/v2/auth\"")
                ),
                { Method.Method: "HEAD" } => RegistryHandler.Answer(404),
                { Method.Method: "POST" } => RegistryHandler.Answer(202, "", ("Location", "/up")),
                _ => RegistryHandler.Answer(201),
            }
        );
        (Repository source, Repository target) = Pair(far);
        Assert.True(await target.PushBlobAsync(Blob, Open, default, [source]));
    }

    [Fact]
    public async Task A_mount_of_something_else_is_not_believed()
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Head
                ? RegistryHandler.Answer(404)
                : RegistryHandler.Answer(201, "", ("Docker-Content-Digest", Digest.Of("x"u8).ToString()))
        );
        (Repository source, Repository target) = Pair(far);
        await Assert.ThrowsAsync<ContentException>(() => target.PushBlobAsync(Blob, Open, default, [source]));
    }

    [Fact]
    public async Task Repositories_of_other_registries_and_the_target_itself_are_not_asked_for()
    {
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                _ => RegistryHandler.Answer(201),
            }
        );
        (_, Repository target) = Pair(far);
        Assert.True(await target.PushBlobAsync(Blob, Open, default, [far.Repository("ghcr.io/a/source"), target]));
        Assert.Equal(["HEAD", "POST", "PUT"], far.Requests.Select(asked => asked.Method));
    }

    private static MemoryStream Open() => new(Content);

    private static (Repository Source, Repository Target) Pair(RegistryHandler far)
    {
        HttpTransport transport = new(far, ClientFixture.Impatient, TimeProvider.System, _ => { });
        Credentials credentials = Credentials.Of([KeyValuePair.Create("quay.io", RegistryHandler.Robot)]);
        RegistryClient client = new(transport, credentials, RegistryMap.Default, TimeProvider.System);
        return (client.Repository(Reference.Parse("quay.io/a/source")), client.Repository(Reference.Parse("quay.io/a/b")));
    }
}
