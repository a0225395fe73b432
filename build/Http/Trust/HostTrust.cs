using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Http;

/// <summary>
/// What TLS with one host needs beyond the system's settings: authorities that are trusted beside the system's or in place of them, and
/// the certificate to show when it asks for one.
/// </summary>
public sealed record HostTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The system's own authorities, and no certificate.</summary>
    public static HostTrust OfSystem { get; } = new();

    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>
    /// Whether the authorities stand in place of the system's, and are not beside them; without any, the system's are all there is.
    /// </summary>
    public bool IsExclusive { get; init; }

    public ClientIdentity? Identity { get; init; }

    /// <summary>For a handler; nothing is weakened: name, time and purpose of the server's certificate are checked as ever.</summary>
    public SslClientAuthenticationOptions Options() =>
        new()
        {
            CertificateChainPolicy = Authorities.Count == 0 ? null : Policy(),
            ClientCertificateContext = Identity is null
                ? null
                : SslStreamCertificateContext.Create(Identity.Certificate, Identity.Chain, offline: true),
        };

    private X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // As without a policy of our own: .NET asks nobody whether a server's certificate was revoked.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (StoreLocation location in IsExclusive ? [] : (StoreLocation[])[StoreLocation.LocalMachine, StoreLocation.CurrentUser])
        {
            using X509Store system = new(StoreName.Root, location);
            system.Open(OpenFlags.ReadOnly);
            policy.CustomTrustStore.AddRange(system.Certificates);
        }

        policy.CustomTrustStore.AddRange(Authorities);
        policy.ExtraStore.AddRange(Authorities);
        return policy;
    }
}
