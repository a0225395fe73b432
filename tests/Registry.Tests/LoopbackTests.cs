using System.Security.Authentication;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>A registry on this machine needs no map, by https or by plain http; no other is ever spoken to in the open.</summary>
public class LoopbackTests
{
    [Theory]
    [InlineData("127.0.0.1", RehearsalAuthentication.None)]
    [InlineData("127.0.0.1", RehearsalAuthentication.Basic)]
    [InlineData("127.0.0.1", RehearsalAuthentication.Token)]
    [InlineData("localhost", RehearsalAuthentication.Token)]
    [InlineData("localhost", RehearsalAuthentication.TokenElsewhere)]
    public async Task A_registry_of_plain_http_takes_an_image_without_a_map(string name, RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        string host = $"{name}:{fixture.Registry.Address.Port}";
        using HttpTransport transport = new(HttpTransport.NewHandler(), ClientFixture.Impatient, TimeProvider.System, _ => { });
        Credentials credentials = Credentials.Of([KeyValuePair.Create(host, new Credential("robot", "s3cret", "a test"))]);
        Repository repository = new RegistryClient(transport, credentials, RegistryMap.Default, TimeProvider.System).Repository(
            Reference.Parse($"{host}/a/b")
        );
        (ManifestContent manifest, _, _) = await ClientFixture.PushImageAsync(repository, "v1");
        Assert.Equal(manifest.Descriptor.Digest, (await repository.ResolveAsync("v1", default))!.Digest);
        Assert.Equal(["v1"], await repository.TagsAsync(default));
    }

    [Theory]
    [InlineData("localhost:5000", "http://localhost:5000")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("127.8.9.10:5000", "http://127.8.9.10:5000")]
    [InlineData("[::1]:5000", "http://[::1]:5000")]
    [InlineData("localhost", "http://localhost")]
    public async Task What_speaks_no_tls_is_asked_by_plain_http_from_then_on(string host, string address)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Scheme == "https"
                ? throw NoTls()
                : RegistryHandler.Answer(request.RequestUri.AbsolutePath == "/v2/" ? 401 : 404)
        );
        Repository repository = far.Repository(host + "/a/b");
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Null(await repository.ResolveAsync("v2", default));
        string secure = "https" + address[4..];
        Assert.Equal(
            [$"{secure}/v2/", $"{address}/v2/", $"{address}/v2/a/b/manifests/v1", $"{address}/v2/a/b/manifests/v2"],
            far.Requests.Select(asked => asked.Address.AbsoluteUri)
        );
        Assert.All(far.Requests.Take(2), asked => Assert.Null(asked.Authorization));
    }

    [Fact]
    public async Task What_speaks_tls_is_never_asked_in_the_open()
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(404));
        Assert.Null(await far.Repository("localhost:5000/a/b").ResolveAsync("v1", default));
        Assert.All(far.Requests, asked => Assert.Equal("https", asked.Address.Scheme));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(426)]
    [InlineData(301)]
    public async Task A_certificate_that_is_not_trusted_stays_refused(int toPlainHttp)
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Scheme == "https"
                ? throw NoTls("errors in the chain: UntrustedRoot")
                : RegistryHandler.Answer(toPlainHttp, "", ("Location", "https://localhost:5000/"))
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository("localhost:5000/a/b").ResolveAsync("v1", default)
        );
        Assert.Equal(RemoteFault.Untrusted, e.Fault);
        Assert.Single(far.Requests, asked => asked.Address.Scheme == "http");
    }

    [Theory]
    [InlineData("quay.io")]
    [InlineData("registry.example:5000")]
    [InlineData("127.0.0.1.example:5000")]
    [InlineData("localhost.example")]
    [InlineData("10.0.0.1:5000")]
    [InlineData("[::2]:5000")]
    public async Task No_other_host_is_ever_asked_in_the_open(string host)
    {
        RegistryHandler far = new(_ => throw NoTls());
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository(host + "/a/b").ResolveAsync("v1", default));
        Assert.All(far.Requests, asked => Assert.Equal("https", asked.Address.Scheme));
    }

    [Fact]
    public async Task A_map_by_https_means_https()
    {
        RegistryHandler far = new(_ => throw NoTls());
        await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository("localhost:5000/a/b", map: "https://localhost:5000").ResolveAsync("v1", default)
        );
        Assert.All(far.Requests, asked => Assert.Equal("https", asked.Address.Scheme));
    }

    [Fact]
    public async Task A_registry_that_is_not_up_yet_is_looked_at_again()
    {
        bool isUp = false;
        RegistryHandler far = new(request =>
            !isUp ? throw new HttpRequestException(HttpRequestError.ConnectionError, "connection refused")
            : request.RequestUri!.Scheme == "https" ? throw NoTls()
            : RegistryHandler.Answer(404)
        );
        Repository repository = far.Repository("localhost:5000/a/b");
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => repository.ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        isUp = true;
        Assert.Null(await repository.ResolveAsync("v1", default));
    }

    private static HttpRequestException NoTls(string why = "cannot determine the frame size") =>
        new(HttpRequestError.SecureConnectionError, "The SSL connection could not be established", new AuthenticationException(why));
}
