using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A real Engine behind TCP and TLS that wants a certificate of whoever asks, reached by the product as by docker.</summary>
[Collection(SmallImages.Name)]
public sealed class EngineTlsTests(SmallFixture fixture) : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly TestAuthority _authority = new(),
        _stranger = new("somebody else");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Over_TLS_both_sides_prove_who_they_are_or_nothing_is_loaded()
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        using ScratchRepository repository = await fixture.NewAsync();
        (await fixture.In(repository).RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
        string right = Folder("right", _authority, _authority),
            strange = Folder("strange", _authority, _stranger);
        string without = Folder("without", _authority, null),
            other = Folder("other", _stranger, _authority);
        int port = FreePort();
        await using OwnEngine engine = await OwnEngine.StartAsync(
            EngineRecipe.Machines with
            {
                IsOnMachinesNetwork = true,
                Arguments = ServerArguments(port),
            }
        );
        string host = $"tcp://localhost:{port}";

        // By the environment.
        ChildResult loaded = (await LoadAsync(repository, host, right)).Require();
        Assert.Contains($"docker run --rm quay.io/slipway-tests/small:v1.2.3", loaded.Output, StringComparison.Ordinal);
        Assert.Contains("v1.2.3", await engine.DockerAsync("image", "ls", "--format", "{{.Tag}}"), StringComparison.Ordinal);
        await engine.DockerAsync("image", "prune", "--all", "--force");

        // By a context as docker itself makes it.
        Dictionary<string, string?> config = new() { ["DOCKER_CONFIG"] = _folder.At("config"), ["DOCKER_HOST"] = null };
        string endpoint = $"host={host},ca={right}/ca.pem,cert={right}/cert.pem,key={right}/key.pem";
        (await (docker.With("context", "create", "far", "--docker", endpoint) with { Variables = config }).RunAsync()).Require();
        (await LoadAsync(repository, new Dictionary<string, string?>(config) { ["DOCKER_CONTEXT"] = "far" })).Require();
        Assert.Contains("v1.2.3", await engine.DockerAsync("image", "ls", "--format", "{{.Tag}}"), StringComparison.Ordinal);
        await engine.DockerAsync("image", "prune", "--all", "--force");

        // Its server does not take the client's certificate, or gets none.
        foreach (
            (string folder, string said) in ((string, string)[])
                [(strange, "it does not take our certificate"), (without, "it requires a client certificate")]
        )
        {
            ChildResult refused = (await LoadAsync(repository, host, folder)).Require(69);
            Assert.Contains($"{host} (DOCKER_HOST): {said}", refused.Error, StringComparison.Ordinal);
        }

        // It is of an authority that the client does not trust, not even where the system does.
        ChildResult untrusted = (
            await LoadAsync(
                repository,
                new Dictionary<string, string?>(Environment(host, other)) { ["SSL_CERT_FILE"] = Path.Combine(right, "ca.pem") }
            )
        ).Require(69);
        Assert.Contains("its certificate comes from an authority that is not trusted here", untrusted.Error, StringComparison.Ordinal);

        // Without TLS it is no answer that anybody understands.
        Dictionary<string, string?> plain = new() { ["DOCKER_HOST"] = host };
        Assert.NotEqual(0, (await LoadAsync(repository, plain)).ExitCode);
        Assert.Equal("", await engine.DockerAsync("image", "ls", "--all", "--quiet"));
    }

    private string[] ServerArguments(int port)
    {
        string folder = Folder("server", _authority, null);
        using X509Certificate2 server = _authority.Issue();
        WriteIdentity(folder, server);
        return
        [
            "--tlsverify",
            "--tlscacert",
            $"{folder}/ca.pem",
            "--tlscert",
            $"{folder}/cert.pem",
            "--tlskey",
            $"{folder}/key.pem",
            "--host",
            $"tcp://127.0.0.1:{port}",
        ];
    }

    /// <summary>Docker's three files.</summary>
    /// <param name="trusted">Whom the client trusts.</param>
    /// <param name="issuer">Who signed its certificate; null for none.</param>
    private string Folder(string name, TestAuthority trusted, TestAuthority? issuer)
    {
        string folder = _folder.Folder(name);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), trusted.Certificate.ExportCertificatePem());
        if (issuer is null)
            return folder;
        using X509Certificate2 client = issuer.Issue("client", forClients: true);
        WriteIdentity(folder, client);
        return folder;
    }

    private static void WriteIdentity(string folder, X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static Dictionary<string, string?> Environment(string host, string folder) =>
        new()
        {
            ["DOCKER_HOST"] = host,
            ["DOCKER_TLS_VERIFY"] = "1",
            ["DOCKER_CERT_PATH"] = folder,
        };

    private Task<ChildResult> LoadAsync(ScratchRepository repository, string host, string folder) =>
        LoadAsync(repository, Environment(host, folder));

    private Task<ChildResult> LoadAsync(ScratchRepository repository, Dictionary<string, string?> variables)
    {
        SlipwayCommand slipway = fixture.In(repository);
        return (
            slipway with
            {
                Variables = new Dictionary<string, string?>([
                    .. slipway.Variables.Where(variable => !variables.ContainsKey(variable.Key)),
                    .. variables,
                ]),
            }
        ).RunAsync("Load");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
