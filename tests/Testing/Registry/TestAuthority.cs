using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Testing;

/// <summary>A certificate authority that a test makes.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name = "test authority")
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    public X509Certificate2 Certificate { get; }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>A certificate with its key.</summary>
    /// <param name="name">The DNS name or IP address it is for.</param>
    /// <param name="fromDays">When it begins, in days from now.</param>
    /// <param name="toDays">When it ends.</param>
    /// <param name="forClients">Whether it is for clients, and not for servers.</param>
    public X509Certificate2 Issue(string name = "localhost", int fromDays = -1, int toDays = 1, bool forClients = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(name, out IPAddress? address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(forClients ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false)
        );
        using X509Certificate2 issued = request.Create(
            Certificate,
            Now.AddDays(fromDays),
            Now.AddDays(toDays),
            RandomNumberGenerator.GetBytes(8)
        );
        using X509Certificate2 keyed = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
    }
}
