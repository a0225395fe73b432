using System.Globalization;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Registry.Tests;

/// <summary>Who we are to a registry, and what a 401 is answered with.</summary>
public class AuthenticationTests
{
    private const string Bearer = "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"";

    [Theory]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task A_wrong_password_is_refused_and_named_by_its_origin(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication, options => options with { IsPublic = false });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            fixture.Repository(password: "wr0ng").ReadManifestAsync(Digest.Of("x"u8), default)
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Equal(401, (int)e.Status!);
        Assert.Equal("UNAUTHORIZED", e.Code);
        Assert.Contains("credentials from a test", e.Message);
        Assert.DoesNotContain("wr0ng", e.ToString());
    }

    [Theory]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Without_credentials_a_public_repository_is_read_and_none_is_written(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        await ClientFixture.PushImageAsync(fixture.Repository(), "v1");
        Assert.NotNull(await fixture.Anonymous().ResolveAsync("v1", default));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            fixture.Anonymous().PushBlobAsync(Descriptor.Of("x", "x"u8), () => new MemoryStream([120]), default)
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("QUAY_USERNAME", e.Message);
    }

    [Fact]
    public async Task A_token_is_used_while_it_lives_and_renewed_after()
    {
        ManualTime time = new();
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, time: time);
        Repository repository = fixture.Repository();
        for (int i = 0; i < 3; i++)
            await repository.ResolveAsync("v1", default);
        Assert.Equal(1, fixture.Count("GET", "/v2/auth"));
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Equal(2, fixture.Count("GET", "/v2/auth"));
        Assert.Equal(1, fixture.Registry.Log.All.Count(entry => entry.Status == 401));
    }

    [Fact]
    public async Task A_token_that_the_registry_takes_no_more_is_replaced_once()
    {
        int tokens = 0;
        string good = "t1";
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(200, $"{{\"access_token\":\"t{++tokens}\",\"expires_in\":3600}}")
            : request.Headers.Authorization?.Parameter == good ? RegistryHandler.Answer(404)
            : RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
        );
        Repository repository = far.Repository();
        Assert.Null(await repository.ResolveAsync("v1", default));
        good = "t2";
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Equal(2, tokens);
        good = "none";
        await Assert.ThrowsAsync<RegistryException>(() => repository.ResolveAsync("v1", default));
        Assert.Equal(3, tokens);
    }

    [Fact]
    public async Task A_401_in_the_middle_of_an_upload_is_answered_with_a_fresh_token_and_session()
    {
        int puts = 0;
        ManualTime late = new();
        await using ClientFixture strict = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options => (
                options with
                {
                    Time = late,
                }
            ).WithFaults(request =>
            {
                // The server's clock runs ahead just before the first PUT, so the token is dead there and alive here.
                if (request.Method == "PUT" && Interlocked.Increment(ref puts) == 1)
                    late.Advance(TimeSpan.FromHours(1));
                return null;
            }));
        byte[] content = "blob"u8.ToArray();
        Assert.True(await strict.Repository().PushBlobAsync(Descriptor.Of("x", content), () => new MemoryStream(content), default));
        Assert.Equal(2, strict.Count("PUT", "/uploads/"));
        Assert.Equal(0, strict.Registry.OpenUploads);
    }

    [Fact]
    public async Task Credentials_are_looked_for_once()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token);
        int asked = 0;
        Credentials credentials = Credentials.From(name =>
        {
            asked += name == "QUAY_USERNAME" ? 1 : 0;
            return name is "QUAY_USERNAME" ? "robot"
                : name is "QUAY_PASSWORD" ? "s3cret"
                : null;
        });
        await ClientFixture.PushImageAsync(fixture.Client(credentials).Repository(Reference.Parse("quay.io/a/b")), "v1");
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("Negotiate abc==")]
    [InlineData("Bearer realm=\"unclosed")]
    [InlineData("")]
    public async Task A_challenge_that_is_of_no_use_is_a_refusal(string challenge)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(401, "", ("WWW-Authenticate", challenge)));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Single(far.Requests);
    }

    [Theory]
    [InlineData("Basic realm=\"x\", Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"")]
    [InlineData("Negotiate abc==, Bearer realm=\"https://quay.io/v2/auth\"")]
    public async Task Of_several_challenges_the_one_for_a_token_is_taken(string field)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth" ? RegistryHandler.Answer(200, """{"token":"t"}""")
            : request.Headers.Authorization?.Scheme == "Bearer" ? RegistryHandler.Answer(404)
            : RegistryHandler.Answer(401, "", ("WWW-Authenticate", field))
        );
        Assert.Null(await far.Repository().ResolveAsync("v1", default));
    }

    [Fact]
    public async Task Challenges_in_fields_of_their_own_are_all_seen_and_a_broken_one_hides_no_other()
    {
        RegistryHandler far = new(request =>
            request.Headers.Authorization?.Scheme == "Basic"
                ? RegistryHandler.Answer(404)
                : RegistryHandler.Answer(
                    401,
                    "",
                    ("WWW-Authenticate", "Bearer realm=\"unclosed"),
                    ("WWW-Authenticate", "Basic realm=\"x\"")
                )
        );
        Assert.Null(await far.Repository().ResolveAsync("v1", default));
    }

    [Theory]
    [InlineData("Basic realm=\"x\"", 2)]
    [InlineData(Bearer, 3)]
    public async Task A_registry_that_always_says_401_is_asked_twice_and_no_more(string challenge, int requests)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(200, """{"token":"t"}""")
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", challenge))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Equal(requests, far.Requests.Count);
    }

    [Fact]
    public async Task Each_repository_is_asked_for_with_its_own_credential()
    {
        string folder = Directory.CreateTempSubdirectory("slipway-auth-").FullName;
        try
        {
            string file = Path.Combine(folder, "auth.json");
            await File.WriteAllTextAsync(
                file,
                """{"auths":{"quay.io/a":{"username":"one","password":"1"},"quay.io/b":{"username":"two","password":"2"}}}"""
            );
            using HttpTransport transport = new(
                new RegistryHandler(request =>
                    request.Headers.Authorization is { } who
                        ? RegistryHandler.Answer(403, $$"""{"errors":[{"code":"DENIED","message":"{{who}}"}]}""")
                        : RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
                ),
                ClientFixture.Impatient,
                TimeProvider.System,
                _ => { }
            );
            RegistryClient client = new(
                transport,
                Credentials.From(name => name == "REGISTRY_AUTH_FILE" ? file : null),
                RegistryMap.Default,
                TimeProvider.System
            );
            foreach (string name in (string[])["a/x", "b/x", "c/x"])
            {
                RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
                    client.Repository(Reference.Parse("quay.io/" + name)).ResolveAsync("v1", default)
                );
                Assert.Equal(name == "c/x" ? 401 : 403, (int)e.Status!);
                Assert.Contains(name == "c/x" ? "no credentials were found" : "check the credentials from " + file, e.Message);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
