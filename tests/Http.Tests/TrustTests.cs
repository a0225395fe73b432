using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Http.Tests;

/// <summary>TLS against a real server: who is trusted, who is not, and who we are.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-trust-").FullName;
    private readonly TestAuthority _authority = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("{file}")]
    [InlineData("localhost={file}")]
    public async Task A_server_of_an_authority_that_is_named_is_trusted(string entry)
    {
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue());
        Assert.StartsWith("HTTP/", await AskAsync(server, Map(server, [entry])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_files_for_one_host_and_for_all_add_up()
    {
        using TestAuthority other = new("another");
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue());
        string elsewhere = File("other.pem", other.Certificate.ExportCertificatePem());
        Assert.StartsWith("HTTP/", await AskAsync(server, Map(server, ["localhost=" + elsewhere, "{file}"])), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/", await AskAsync(server, Map(server, [elsewhere, "localhost={file}"])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org={file}")]
    [InlineData("127.0.0.1={file}")]
    public async Task A_server_of_another_authority_is_refused_at_once(string entry)
    {
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue());
        Assert.Equal(
            $"GET {server.Address}: its certificate comes from an authority that is not trusted here after 1 try over 0 s",
            (await RefusedAsync(server, Map(server, entry.Length == 0 ? [] : [entry]))).Message
        );
    }

    [Theory]
    [InlineData("localhost", -20, -1, "its certificate is over or not valid yet")]
    [InlineData("localhost", 1, 2, "its certificate is over or not valid yet")]
    [InlineData("localhost.example.org", -1, 1, "its certificate is for another name")]
    public async Task A_trusted_authority_does_not_make_a_bad_certificate_good(string name, int from, int to, string reason)
    {
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue(name, from, to));
        Assert.Contains(reason, (await RefusedAsync(server, Map(server, ["{file}"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_clients_is_none_for_a_server()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Uri address = new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        using HostTrustHandler handler = new(new HostTrust { Authorities = [_authority.Certificate] }, []);
        using HttpTransport transport = new(handler, new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        Task<HttpResponseMessage> asking = transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), Stop);
        using TcpClient client = await listener.AcceptTcpClientAsync(Stop);
        await using SslStream server = new(client.GetStream());
        Task serving = server.AuthenticateAsServerAsync(_authority.Issue("localhost", forClients: true));
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => asking);
        Assert.Equal(RemoteFault.Untrusted, e.Fault);
        Assert.Contains("no TLS with it: ", e.Message, StringComparison.Ordinal);
        await Task.WhenAny(serving);
    }

    [Fact]
    public void A_file_adds_to_the_systems_authorities()
    {
        // The system's bundle is empty on some machines: then there is nothing to see.
        using X509Store system = new(StoreName.Root, StoreLocation.LocalMachine);
        system.Open(OpenFlags.ReadOnly);
        HostTrust trust = new() { Authorities = [_authority.Certificate] };
        X509Certificate2Collection roots = trust.Options().CertificateChainPolicy!.CustomTrustStore;
        Assert.Contains(_authority.Certificate, roots);
        Assert.All(system.Certificates, root => Assert.Contains(root, roots));
    }

    [Fact]
    public async Task Who_we_are_is_shown_to_the_host_that_is_named_and_to_no_other()
    {
        string identity = File("client.pem", Pem(Client()));
        await using TlsServer named = await TlsServer.StartAsync(_authority.Issue());
        await using TlsServer other = await TlsServer.StartAsync(_authority.Issue());
        TrustMap map = TrustMap.Read(
            [Authority()],
            ["registry.example=" + identity],
            host => host == "registry.example" ? named.Address : new Uri($"https://{host}/"),
            () => null
        );
        await AskAsync(named, map);
        await AskAsync(other, map);
        Assert.Equal(["CN=publisher"], named.ClientCertificates);
        Assert.Equal([""], other.ClientCertificates);
    }

    [Fact]
    public async Task A_server_that_demands_a_certificate_gets_it_or_is_told_of()
    {
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue(), asksForCertificate: true);
        string identity = File("client.pem", Pem(Client()));
        await AskAsync(server, Map(server, ["{file}"], ["localhost=" + identity]));
        Assert.Equal(["CN=publisher"], server.ClientCertificates);
        await Assert.ThrowsAsync<ExhaustedException>(() => AskAsync(server, Map(server, ["{file}"])));
    }

    [Theory]
    [InlineData("error:0A00045C:SSL routines::tlsv13 alert certificate required", "it requires a client certificate")]
    [InlineData("error:0A000412:SSL routines::sslv3 alert bad certificate", "it does not take our certificate")]
    [InlineData("error:0A000418:SSL routines::tlsv1 alert unknown ca", "it does not take our certificate")]
    public async Task What_a_server_says_of_our_certificate_is_told_at_once(string alert, string reason)
    {
        HttpRequestException failure = new("sending failed", new IOException("decryption failed", new CryptographicException(alert)));
        using SequenceHandler far = new(_ => Task.FromException<HttpResponseMessage>(failure));
        using HttpTransport transport = far.Transport();
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() =>
            transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "https://example.org/a"), Stop)
        );
        Assert.Equal((RemoteFault.Untrusted, $"GET https://example.org/a: {reason} after 1 try over 0 s"), (e.Fault, e.Message));
    }

    [Fact]
    public async Task A_key_may_be_in_a_file_of_its_own_and_encrypted()
    {
        using X509Certificate2 client = Client();
        string certificate = File("client.pem", client.ExportCertificatePem());
        using ECDsa key = client.GetECDsaPrivateKey()!;
        string keyFile = File(
            "client.key",
            key.ExportEncryptedPkcs8PrivateKeyPem(
                "w0rd",
                new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
            )
        );
        await using TlsServer server = await TlsServer.StartAsync(_authority.Issue(), asksForCertificate: true);
        string[] identities = [$"localhost={certificate},{keyFile}"];
        await AskAsync(server, Map(server, ["{file}"], identities, "w0rd"));
        Assert.Equal(["CN=publisher"], server.ClientCertificates);

        CertificateException wrong = Assert.Throws<CertificateException>(() => Map(server, [], identities, "wr0ng"));
        Assert.Contains("client.key: ", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", wrong.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "no password",
            Assert.Throws<CertificateException>(() => Map(server, [], identities)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("text", "got none")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "is damaged")]
    public void A_file_that_holds_no_authority_is_named(string text, string problem)
    {
        string file = File("bad.pem", text);
        CertificateException e = Assert.Throws<CertificateException>(() =>
            TrustMap.Read([file], [], host => new Uri($"https://{host}/"), () => null)
        );
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_or_lacks_the_key_is_named()
    {
        string missing = Path.Combine(_folder, "none.pem"),
            alone = File("alone.pem", Client().ExportCertificatePem());
        Assert.Contains(
            missing,
            Assert
                .Throws<CertificateException>(() => TrustMap.Read([missing], [], host => new Uri($"https://{host}/"), () => null))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            alone,
            Assert
                .Throws<CertificateException>(() =>
                    TrustMap.Read([], ["a.example=" + alone], host => new Uri($"https://{host}/"), () => null)
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Throws<FormatException>(() => TrustMap.Read([], [alone], host => new Uri($"https://{host}/"), () => null));
        string whole = File("whole.pem", Pem(Client()));
        Assert.Throws<FormatException>(() =>
            TrustMap.Read([], ["a.example=" + whole, "a.example=" + whole], host => new Uri($"https://{host}/"), () => null)
        );
    }

    private static string Pem(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static async Task<string> AskAsync(TlsServer server, TrustMap map)
    {
        using HttpTransport transport = new(
            map.NewHandler(),
            new RetryPolicy { Attempts = 2, FirstWait = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            _ => { }
        );
        using HttpResponseMessage answer = await transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, server.Address), Stop);
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    private static async Task<ExhaustedException> RefusedAsync(TlsServer server, TrustMap map)
    {
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => AskAsync(server, map));
        Assert.Equal(RemoteFault.Untrusted, e.Fault);
        Assert.Empty(server.Connections);
        return e;
    }

    private X509Certificate2 Client() => _authority.Issue("publisher", forClients: true);

    private TrustMap Map(TlsServer server, string[] authorities, string[]? identities = null, string? password = null) =>
        TrustMap.Read(
            authorities.Select(entry => entry.Replace("{file}", Authority(), StringComparison.Ordinal)),
            identities ?? [],
            host => host == "localhost" ? server.Address : new Uri($"https://{host}/"),
            () => password
        );

    private string Authority() => File("authority.pem", "a comment\n" + _authority.Certificate.ExportCertificatePem());

    private string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
