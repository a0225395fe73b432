using System.Globalization;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

public class AuthenticationTests
{
    private const string Bearer = "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"";

    [Theory]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task A_wrong_password_is_refused_and_named_by_its_origin(RehearsalAuthentication authentication)
    {
        await using Wire wire = await Wire.StartAsync(authentication, options => options with { IsPublic = false });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => wire.Repository(password: "wr0ng").ReadManifestAsync(Digest.Of("x"u8), default));
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
        await using Wire wire = await Wire.StartAsync(authentication);
        await Wire.PushImageAsync(wire.Repository(), "v1");
        Assert.NotNull(await wire.Anonymous().ResolveAsync("v1", default));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            wire.Anonymous().PushBlobAsync(Descriptor.Of("x", "x"u8), () => new MemoryStream([120]), default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("QUAY_USERNAME", e.Message);
    }

    [Fact]
    public async Task A_token_is_used_while_it_lives_and_renewed_after()
    {
        ManualTime time = new();
        await using Wire wire = await Wire.StartAsync(RehearsalAuthentication.Token, time: time);
        Repository repository = wire.Repository();
        for (int i = 0; i < 3; i++)
            await repository.ResolveAsync("v1", default);
        Assert.Equal(1, wire.Count("GET", "/v2/auth"));
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Equal(2, wire.Count("GET", "/v2/auth"));
        Assert.Equal(1, wire.Registry.Log.All.Count(entry => entry.Status == 401));
    }

    [Fact]
    public async Task A_token_that_the_registry_takes_no_more_is_replaced_once()
    {
        int tokens = 0;
        string good = "t1";
        FarSide far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth" ? FarSide.Answer(200, $"{{\"access_token\":\"t{++tokens}\",\"expires_in\":3600}}")
            : request.Headers.Authorization?.Parameter == good ? FarSide.Answer(404)
            : FarSide.Answer(401, "", ("WWW-Authenticate", Bearer)));
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
        await using Wire strict = await Wire.StartAsync(RehearsalAuthentication.Token, options => options with
        {
            Time = late,
            Faults = request =>
            {
                // The server's clock runs ahead just before the first PUT, so the token is dead there and alive here.
                if (request.Method == "PUT" && Interlocked.Increment(ref puts) == 1)
                    late.Advance(TimeSpan.FromHours(1));
                return null;
            },
        });
        byte[] content = "blob"u8.ToArray();
        Assert.True(await strict.Repository().PushBlobAsync(Descriptor.Of("x", content), () => new MemoryStream(content), default));
        Assert.Equal(2, strict.Count("PUT", "/uploads/"));
        Assert.Equal(0, strict.Registry.OpenUploads);
    }

    [Fact]
    public async Task Credentials_are_looked_for_once()
    {
        await using Wire wire = await Wire.StartAsync(RehearsalAuthentication.Token);
        int asked = 0;
        Credentials credentials = Credentials.From(name =>
        {
            asked += name == "QUAY_USERNAME" ? 1 : 0;
            return name is "QUAY_USERNAME" ? "robot" : name is "QUAY_PASSWORD" ? "s3cret" : null;
        });
        await Wire.PushImageAsync(wire.Client(credentials).Repository(Reference.Parse("quay.io/a/b")), "v1");
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("https://evil.example/token")]
    [InlineData("https://quay.io.evil.example/token")]
    [InlineData("http://quay.io/token")]
    [InlineData("https://robot@quay.io/token")]
    [InlineData("https://auth.docker.io/token")]
    [InlineData("https://quay.io:8443/token")]
    [InlineData("http://127.0.0.1/token")]
    [InlineData("/token")]
    [InlineData("file:///etc/passwd")]
    public async Task A_realm_elsewhere_is_refused_and_sees_nothing(string realm)
    {
        FarSide far = new(_ => FarSide.Answer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"quay.io\"")));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("realm", e.Message);
        Assert.Equal("quay.io", Assert.Single(far.Asked).Address.Host);
        Assert.Null(far.Asked[0].Authorization);
    }

    [Fact]
    public async Task Docker_Hubs_realm_is_known()
    {
        FarSide far = new(request => request.RequestUri!.Host == "auth.docker.io"
            ? FarSide.Answer(200, """{"token":"t","expires_in":300}""")
            : request.Headers.Authorization is null
                ? FarSide.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\""))
                : FarSide.Answer(404));
        Assert.Null(await far.Repository("docker.io/a/b").ResolveAsync("v1", default));
        Assert.Equal(
            ["registry-1.docker.io", "auth.docker.io", "registry-1.docker.io"], far.Asked.Select(asked => asked.Address.Host));
        Assert.Equal("?service=registry.docker.io&scope=repository%3Aa%2Fb%3Apull", far.Asked[1].Address.Query);
        Assert.StartsWith("Basic ", far.Asked[1].Authorization);
        Assert.Equal("Bearer t", far.Asked[2].Authorization);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"token":""}""")]
    [InlineData("""{"token":7}""")]
    [InlineData("""{"token":"a\r\nX-Evil: 1"}""")]
    public async Task A_malformed_token_answer_is_a_broken_protocol(string body)
    {
        FarSide far = new(request => request.RequestUri!.AbsolutePath == "/v2/auth"
            ? FarSide.Answer(200, body)
            : FarSide.Answer(401, "", ("WWW-Authenticate", Bearer)));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Protocol, e.Fault);
    }

    [Fact]
    public async Task A_token_endpoint_that_redirects_is_not_followed()
    {
        FarSide far = new(request => request.RequestUri!.AbsolutePath == "/v2/auth"
            ? FarSide.Answer(302, "", ("Location", "https://evil.example/"))
            : FarSide.Answer(401, "", ("WWW-Authenticate", Bearer)));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.DoesNotContain(far.Asked, asked => asked.Address.Host == "evil.example");
    }

    [Theory]
    [InlineData("Negotiate abc==")]
    [InlineData("Bearer realm=\"unclosed")]
    [InlineData("")]
    public async Task A_challenge_that_is_of_no_use_is_a_refusal(string challenge)
    {
        FarSide far = new(_ => FarSide.Answer(401, "", ("WWW-Authenticate", challenge)));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Single(far.Asked);
    }

    [Fact]
    public async Task A_token_of_one_second_is_fetched_anew_when_it_is_over()
    {
        ManualTime time = new();
        int tokens = 0;
        FarSide far = new(request => request.RequestUri!.AbsolutePath == "/v2/auth"
            ? FarSide.Answer(200, string.Create(CultureInfo.InvariantCulture, $"{{\"token\":\"t{++tokens}\",\"expires_in\":1}}"))
            : request.Headers.Authorization is null ? FarSide.Answer(401, "", ("WWW-Authenticate", Bearer)) : FarSide.Answer(404));
        Repository repository = far.Repository(time: time);
        await repository.ResolveAsync("v1", default);
        await repository.ResolveAsync("v1", default);
        Assert.Equal(1, tokens);
        time.Advance(TimeSpan.FromSeconds(1));
        await repository.ResolveAsync("v1", default);
        Assert.Equal(2, tokens);
    }
}
