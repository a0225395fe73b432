using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Node.Tests;

/// <summary>An authority that a kubelet asks its callers to be known by, and one caller's certificate and key.</summary>
internal sealed record KubeletCertificates(string Authority, string Certificate, string Key)
{
    public static KubeletCertificates Make()
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1),
            to = from.AddDays(1);
        using ECDsa root = ECDsa.Create(ECCurve.NamedCurves.nistP256),
            client = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=authority", root, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 self = authority.CreateSelfSigned(from, to);
        CertificateRequest caller = new("O=system:masters, CN=admin", client, HashAlgorithmName.SHA256);
        caller.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using X509Certificate2 certificate = caller.Create(self, from, to, [1]);
        return new KubeletCertificates(self.ExportCertificatePem(), certificate.ExportCertificatePem(), client.ExportPkcs8PrivateKeyPem());
    }
}
