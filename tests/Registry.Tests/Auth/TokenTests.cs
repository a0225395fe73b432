using System.Globalization;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Registry.Tests;

/// <summary>Where tokens come from, how long they live, and who may give them.</summary>
public class TokenTests
{
    private const string Bearer = "Bearer realm=\"https://quay.io/v2/auth\",service=\"quay.io\"";

    [Fact]
    public async Task A_token_document_that_breaks_off_is_asked_for_again_a_few_times()
    {
        int asked = 0,
            failing = 2;
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options =>
            options.WithFaults(request => request.Path == "/v2/auth" && ++asked <= failing ? Fault.TruncatedHalfway : null)
        );
        Assert.Null(await fixture.Repository().ResolveAsync("v1", default));
        Assert.Equal(3, asked);
        failing = int.MaxValue;
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => fixture.Repository().ResolveAsync("v1", default));
        Assert.Equal((RemoteFault.TryAgain, 6), (e.Fault, asked));
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
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"quay.io\""))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("realm", e.Message);
        Assert.Equal("quay.io", Assert.Single(far.Requests).Address.Host);
        Assert.Null(far.Requests[0].Authorization);
    }

    [Fact]
    public async Task Docker_Hubs_realm_is_known()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Host == "auth.docker.io" ? RegistryHandler.Answer(200, """{"token":"t","expires_in":300}""")
            : request.Headers.Authorization is null
                ? RegistryHandler.Answer(
                    401,
                    "",
                    ("WWW-Authenticate", "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\"")
                )
            : RegistryHandler.Answer(404)
        );
        Assert.Null(await far.Repository("docker.io/a/b").ResolveAsync("v1", default));
        Assert.Equal(["registry-1.docker.io", "auth.docker.io", "registry-1.docker.io"], far.Requests.Select(asked => asked.Address.Host));
        Assert.Equal("?service=registry.docker.io&scope=repository%3Aa%2Fb%3Apull", far.Requests[1].Address.Query);
        Assert.StartsWith("Basic ", far.Requests[1].Authorization);
        Assert.Equal("Bearer t", far.Requests[2].Authorization);
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
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(200, body)
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Protocol, e.Fault);
    }

    [Fact]
    public async Task A_token_endpoint_that_redirects_is_not_followed()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(302, "", ("Location", "https://evil.example/"))
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
        );
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.DoesNotContain(far.Requests, asked => asked.Address.Host == "evil.example");
    }

    [Fact]
    public async Task A_token_of_one_second_is_fetched_anew_when_it_is_over()
    {
        ManualTime time = new();
        int tokens = 0;
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(
                    200,
                    string.Create(CultureInfo.InvariantCulture, $"{{\"token\":\"t{++tokens}\",\"expires_in\":1}}")
                )
            : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
            : RegistryHandler.Answer(404)
        );
        Repository repository = far.Repository(time: time);
        await repository.ResolveAsync("v1", default);
        await repository.ResolveAsync("v1", default);
        Assert.Equal(1, tokens);
        time.Advance(TimeSpan.FromSeconds(1));
        await repository.ResolveAsync("v1", default);
        Assert.Equal(2, tokens);
    }

    [Theory]
    [InlineData("", 60)]
    [InlineData(""","expires_in":0""", 60)]
    [InlineData(""","expires_in":-5""", 60)]
    [InlineData(""","expires_in":null""", 60)]
    [InlineData(""","expires_in":"300" """, 60)]
    [InlineData(""","expires_in":[300]""", 60)]
    [InlineData(""","expires_in":100.5""", 100.5)]
    [InlineData(""","expires_in":1e400""", 86400)]
    [InlineData(""","expires_in":99999999999999999999""", 86400)]
    [InlineData(""","expires_in":300,"issued_at":"1970-01-01T00:00:00Z" """, 300)]
    [InlineData(""","expires_in":300,"issued_at":"2999-01-01T00:00:00Z" """, 300)]
    [InlineData(""","expires_in":300,"issued_at":{"no":"time"}""", 300)]
    public async Task A_token_lives_as_long_as_its_answer_says_within_reason_whatever_time_the_server_thinks_it_is(string more, double life)
    {
        ManualTime time = new();
        int tokens = 0;
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(200, $"{{\"token\":\"t{++tokens}\"{more}}}", ("Date", "Thu, 01 Jan 2037 00:00:00 GMT"))
            : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
            : RegistryHandler.Answer(404)
        );
        Repository repository = far.Repository(time: time);
        double used = life - Math.Min(30, life / 5);
        await repository.ResolveAsync("v1", default);
        time.Advance(TimeSpan.FromSeconds(used - 0.25));
        await repository.ResolveAsync("v1", default);
        Assert.Equal(1, tokens);
        time.Advance(TimeSpan.FromSeconds(0.5));
        await repository.ResolveAsync("v1", default);
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task An_identity_token_is_traded_for_access_tokens_by_a_form()
    {
        string? form = null;
        RegistryHandler far = new(request =>
        {
            if (request.RequestUri!.AbsolutePath == "/v2/auth")
            {
                form = $"{request.Method} {request.Content!.Headers.ContentType} {request.Content.ReadAsStringAsync().Result}";
                return RegistryHandler.Answer(200, """{"access_token":"access","refresh_token":"same","expires_in":300}""");
            }

            return request.Headers.Authorization?.Parameter == "access"
                ? RegistryHandler.Answer(404)
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer));
        });
        Assert.Null(await far.Repository(credential: Credential.IdentityToken("re fresh/+", "a test")).ResolveAsync("v1", default));
        Assert.Equal(
            "POST application/x-www-form-urlencoded grant_type=refresh_token&service=quay.io&client_id=slipway"
                + "&scope=repository%3Aa%2Fb%3Apull&refresh_token=re+fresh%2F%2B",
            form
        );
        Assert.Null(far.Requests[1].Authorization);
        Assert.Equal("", far.Requests[1].Address.Query);
    }

    [Fact]
    public async Task An_identity_token_is_no_password_and_in_no_error()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\"")));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository(credential: Credential.IdentityToken("s3cret", "a test")).ResolveAsync("v1", default)
        );
        Assert.Contains("check the identity token from a test", e.Message);
        Assert.Null(Assert.Single(far.Requests).Authorization);

        RegistryHandler refuses = new(request =>
            request.RequestUri!.AbsolutePath == "/v2/auth"
                ? RegistryHandler.Answer(400, """{"errors":[{"code":"DENIED","message":"bad refresh_token s3 cret in s3+cret"}]}""")
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
        );
        e = await Assert.ThrowsAsync<RegistryException>(() =>
            refuses.Repository(credential: Credential.IdentityToken("s3 cret", "a test")).ResolveAsync("v1", default)
        );
        Assert.Contains("bad refresh_token *** in ***", e.Message);
    }

    [Theory]
    [InlineData("https://auth.example.org/token")]
    [InlineData("https://AUTH.example.org/token?x=1")]
    [InlineData("https://tokens.example.org:8443/")]
    public async Task A_realm_that_the_command_line_names_is_used(string realm)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Host.EndsWith(".example.org", StringComparison.Ordinal) ? RegistryHandler.Answer(200, """{"token":"t"}""")
            : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\""))
            : RegistryHandler.Answer(404)
        )
        {
            Realms = RealmPolicy.Parse(["quay.io=auth.example.org", "quay.io=tokens.example.org:8443"]),
        };
        Assert.Null(await far.Repository().ResolveAsync("v1", default));
        Assert.StartsWith("Basic ", far.Requests[1].Authorization);
    }

    [Theory]
    [InlineData("https://auth.example.org.evil.example/")]
    [InlineData("https://evilauth.example.org/")]
    [InlineData("https://auth.example.org:8443/")]
    [InlineData("http://auth.example.org/")]
    [InlineData("http://auth.example.org:443/")]
    [InlineData("https://auth.example.org@evil.example/")]
    [InlineData("https://robot@auth.example.org/")]
    [InlineData("https://\u0430uth.example.org/")]
    [InlineData("https://xn--uth-8cd.example.org/")]
    [InlineData("https://other.example/")]
    public async Task A_realm_that_only_looks_like_the_one_named_is_refused(string realm)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\"")))
        {
            Realms = RealmPolicy.Parse(["quay.io=auth.example.org", "docker.io=other.example"]),
        };
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Single(far.Requests);
    }

    [Theory]
    [InlineData("https://Auth.quay.io:8443/token?secret=s3cret", "give --token-realm quay.io=auth.quay.io:8443")]
    [InlineData("https://\u0430uth.quay.io/", "give --token-realm quay.io=xn--")]
    [InlineData("http://auth.quay.io/", "check that the registry works correctly")]
    public async Task A_refused_realm_comes_with_what_to_give(string realm, string advice)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\"")));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Contains(advice, e.Message);
        Assert.DoesNotContain("s3cret", e.Message);
        Assert.DoesNotContain('\u0430', e.Message);
    }

    [Theory]
    [InlineData("quay.io")]
    [InlineData("quay.io=")]
    [InlineData("=auth.example.org")]
    [InlineData("quay.io=https://auth.example.org")]
    [InlineData("quay.io=auth.example.org/token")]
    [InlineData("quay.io=robot@auth.example.org")]
    [InlineData("https://quay.io=auth.example.org")]
    [InlineData("quay.io=auth.example.org?x")]
    public void A_malformed_entry_is_refused(string entry) =>
        Assert.Contains($"--token-realm '{entry}': wanted", Assert.Throws<FormatException>(() => RealmPolicy.Parse([entry])).Message);

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task A_token_that_dies_in_the_middle_of_a_large_upload_costs_a_token_and_no_wrong_byte(string method)
    {
        int seen = 0;
        ManualTime late = new();
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options => (
                options with
                {
                    Time = late,
                }
            ).WithFaults(request =>
            {
                if (request.Method == method && Interlocked.Increment(ref seen) == 1)
                    late.Advance(TimeSpan.FromHours(1));
                return null;
            }));
        byte[] content = new byte[(32 << 20) + 7];
        new Random(1).NextBytes(content);
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, content);
        Assert.True(await fixture.Repository().PushBlobAsync(blob, () => new MemoryStream(content), default));
        Assert.True(seen > 0);
        await using Stream stored = (await fixture.Repository().OpenBlobAsync(blob, default))!;
        await stored.CopyToAsync(Stream.Null);
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task Tokens_of_one_second_are_enough_for_a_whole_push_and_pull()
    {
        ManualTime time = new();
        await using ClientFixture fixture = await ClientFixture.StartAsync(
            RehearsalAuthentication.Token,
            options =>
                (options with { TokenLifetime = TimeSpan.FromSeconds(1), IsPublic = false }).WithFaults(_ =>
                {
                    time.Advance(TimeSpan.FromSeconds(0.3));
                    return null;
                }),
            time
        );
        (ManifestContent manifest, Descriptor layer, _) = await ClientFixture.PushImageAsync(fixture.Repository(), "v1");
        Assert.Equal(manifest.Descriptor, await fixture.Repository().ResolveAsync("v1", default));
        await using Stream stored = (await fixture.Repository().OpenBlobAsync(layer, default))!;
        await stored.CopyToAsync(Stream.Null);
        Assert.True(fixture.Count("GET", "/v2/auth") > 2);
    }
}
