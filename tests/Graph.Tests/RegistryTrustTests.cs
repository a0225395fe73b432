using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What the command line says about a registry's certificate and ours, against a server that asks for both.</summary>
public sealed class RegistryTrustTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private ScratchRepository _repository = null!;
    private WebApplication _server = null!;
    private string _host = "";
    private string _shown = "";

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 10));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_authority.Issue(), https =>
                    {
                        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                        https.ClientCertificateValidation = (_, _, _) => true;
                    })));
        _server = builder.Build();
        _server.Run(context =>
        {
            _shown = context.Connection.ClientCertificate?.Subject ?? "nobody";
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        Uri bound = new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _host = $"localhost:{bound.Port}";
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_registry_of_an_authority_that_nobody_named_is_69_at_once_with_the_parameter_to_give()
    {
        ChildResult result = (await VerifyAsync()).Require(69);
        Assert.Contains(
            "its certificate comes from an authority that is not trusted here after 1 try",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("--registry-ca HOST=FILE", result.Error, StringComparison.Ordinal);
        Assert.Equal("", _shown);
    }

    [Fact]
    public async Task Authority_and_certificate_are_for_the_host_as_references_name_it_wherever_it_is_mapped()
    {
        string authority = Write("authority.pem", _authority.Certificate.ExportCertificatePem()),
            identity = Write("client.pem", Identity());
        await VerifyAsync("--registry-ca", $"{_host}={authority}");
        Assert.Equal("nobody", _shown);
        ChildResult result = await RunAsync(
            "quay.io/test/tools:v1",
            "--registry-map",
            $"quay.io=https://{_host}",
            "--registry-ca",
            $"quay.io={authority}",
            "--client-certificate",
            $"quay.io={identity}"
        );
        Assert.Equal("CN=publisher", _shown);
        Assert.DoesNotContain("certificate", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_is_78()
    {
        string file = Write("text.pem", "no certificate");
        ChildResult result = (await VerifyAsync("--registry-ca", file)).Require(78);
        Assert.Contains($"{file}: wanted certificates in PEM form, got none", result.Error, StringComparison.Ordinal);
    }

    private string Identity()
    {
        using X509Certificate2 issued = _authority.Issue("publisher", forClients: true);
        using ECDsa key = issued.GetECDsaPrivateKey()!;
        return issued.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private string Write(string name, string text)
    {
        string path = _repository.Beside(name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<ChildResult> VerifyAsync(params string[] more) => RunAsync($"{_host}/test/tools:v1", more);

    private Task<ChildResult> RunAsync(string reference, params string[] more) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync([
            "Verify",
            "--public-key",
            _repository.Key.Public,
            "--reference",
            reference,
            .. more,
        ]);
}
