using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>401 as real registries write it, once there is a token, and where the challenge is missing.</summary>
public class OddChallengeTests
{
    private const string Bearer = "Bearer realm=\"https://quay.io/t\",service=\"s\"";

    /// <summary>
    /// Harbor's core answers every token that it does not take with a Basic challenge; a hardened image store of Docker's with none.
    /// </summary>
    [Theory]
    [InlineData("Basic realm=\"harbor\"")]
    [InlineData(null)]
    public async Task A_token_that_has_lapsed_is_replaced_whatever_the_refusal_offers(string? challenge)
    {
        Registry registry = new(challenge);
        Repository repository = registry.Far.Repository();
        Assert.Null(await repository.ResolveAsync("v1", default));
        registry.Good = "t2";
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Null(await repository.ResolveAsync("v2", default));
        Assert.Equal(2, registry.Tokens);
        Assert.All(registry.Far.Requests, asked =>
            Assert.True(asked.Address.AbsolutePath == "/t" || asked.Authorization?.StartsWith("Basic", StringComparison.Ordinal) != true)
        );
    }

    [Theory]
    [InlineData("Basic realm=\"harbor\"")]
    [InlineData(null)]
    public async Task A_refusal_that_lasts_is_one_and_no_password_goes_where_a_token_went(string? challenge)
    {
        Registry registry = new(challenge);
        Repository repository = registry.Far.Repository();
        Assert.Null(await repository.ResolveAsync("v1", default));
        registry.Good = "none";
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => repository.ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Equal(2, registry.Tokens);
        registry.Good = "t3";
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.All(registry.Far.Requests, asked =>
            Assert.True(asked.Address.AbsolutePath == "/t" || asked.Authorization?.StartsWith("Basic", StringComparison.Ordinal) != true)
        );
    }

    /// <summary>Google's registry had the challenge at its root alone, where Docker looks for it first.</summary>
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_challenge_that_a_refusal_lacks_is_asked_for_at_the_root(string method)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath switch
            {
                "/t" => RegistryHandler.Answer(200, """{"token":"t1"}"""),
                "/v2/" => RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer)),
                _ => RegistryHandler.Answer(request.Headers.Authorization?.Parameter == "t1" ? 404 : 401),
            }
        );
        if (method == "GET")
            Assert.Null(await far.Repository().ReadManifestAsync(Digest.Of("x"u8), default));
        else
            Assert.Null(await far.Repository().ResolveAsync("v1", default));
        Assert.Equal([method, "GET", "GET", method], far.Requests.Select(asked => asked.Method));
        Assert.Null(far.Requests[1].Authorization);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Where_the_root_has_none_either_the_refusal_stands(int status)
    {
        RegistryHandler far = new(request =>
            RegistryHandler.Answer(
                request.RequestUri!.AbsolutePath == "/v2/" ? status : 401,
                """{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}"""
            )
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().ReadManifestAsync(Digest.Of("x"u8), default)
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("401 UNAUTHORIZED \"no\"", e.Message, StringComparison.Ordinal);
        Assert.All(far.Requests, asked => Assert.Null(asked.Authorization));
    }

    /// <summary>GitLab says 401 where a rule forbids a tag to everybody; the words tell it from a wrong password.</summary>
    [Theory]
    [InlineData("IMMUTABLE_TAG")]
    [InlineData("PROTECTED_TAG")]
    public async Task A_tag_that_a_rule_forbids_is_refused_in_the_registrys_own_words(string code)
    {
        RegistryHandler far = new(request =>
            request.Method == HttpMethod.Put
                ? RegistryHandler.Answer(401, $$"""{"errors":[{"code":"{{code}}","message":"by a rule of the project","detail":[1]}]}""")
                : RegistryHandler.Answer(404)
        );
        ManifestContent manifest = new(MediaType.Index, new Oci.Index([]).ToBytes());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().PushManifestAsync(manifest, "v1", default)
        );
        Assert.Equal((RemoteFault.Refused, code), (e.Fault, e.Code));
        Assert.Contains("by a rule of the project", e.Message, StringComparison.Ordinal);
        Assert.Single(far.Requests);
    }

    /// <summary>Takes one token; refuses every other one with what it is told to, and who has none with a challenge.</summary>
    private sealed class Registry
    {
        public Registry(string? challenge)
        {
            Far = new RegistryHandler(request =>
                request.RequestUri!.AbsolutePath == "/t" ? RegistryHandler.Answer(200, $"{{\"token\":\"t{++Tokens}\",\"expires_in\":3600}}")
                : request.Headers.Authorization?.Parameter == Good ? RegistryHandler.Answer(404)
                : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", Bearer))
                : RegistryHandler.Answer(401, "", challenge is null ? [] : [("WWW-Authenticate", challenge)])
            );
        }

        public RegistryHandler Far { get; }

        public string Good { get; set; } = "t1";

        public int Tokens { get; private set; }
    }
}
