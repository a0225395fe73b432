using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.Testing;

/// <summary>How a real registry server lets people in: everybody, who has its account, or who has a token; over TLS or not.</summary>
public sealed record RegistryAccess
{
    /// <summary>The account, and its line of an htpasswd file (bcrypt).</summary>
    public const string User = "tester";
    public const string Password = "only for tests on loopback";
    private const string Account = User + ":$2b$05$abcdefghijklmnopqrstuuyEZ8fSQMHUPPCWAJzacvhDQWACXoE9S";

    /// <summary>Whether it wants the account, by Basic, for reading too.</summary>
    public bool Asks { get; init; }

    /// <summary>Who issues its certificate, for <c>localhost</c>; without one it speaks plain HTTP.</summary>
    public TestAuthority? Authority { get; init; }

    /// <summary>Whose tokens it wants, for reading too.</summary>
    public TokenIssuer? Tokens { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme => Authority is null ? "http" : "https";

    /// <summary>The name by which its certificate knows it.</summary>
    public string Name => Authority is null ? "127.0.0.1" : "localhost";

    /// <summary>A client that trusts the authority alone, where there is one, and has the account.</summary>
    public HttpClient NewClient(string host)
    {
        SocketsHttpHandler handler = new();
        if (Authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { Authority.Certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        HttpClient client = new(handler) { BaseAddress = new Uri($"{Scheme}://{host}/v2/") };
        if (Asks)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))
            );
        return client;
    }

    /// <summary>The <c>http</c> and <c>auth</c> sections of the server's configuration; its files go below the folder.</summary>
    public string Configure(ScratchFolder folder, int port)
    {
        string tls = "";
        if (Authority is not null)
        {
            using X509Certificate2 certificate = Authority.Issue();
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            string chain = folder.Write("server.pem", certificate.ExportCertificatePem());
            tls = $", tls: {{ certificate: {chain}, key: {folder.Write("server.key", key.ExportPkcs8PrivateKeyPem())} }}";
        }

        return $$"""
            http: { addr: "127.0.0.1:{{port}}"{{tls}} }
            {{(Asks ? $"auth: {{ htpasswd: {{ realm: slipway-test, path: {folder.Write("htpasswd", Account + "\n")} }} }}" : "")}}
            {{Tokens?.Configure(folder)}}
            """;
    }
}
