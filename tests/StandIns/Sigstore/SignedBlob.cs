using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.StandIns;

/// <summary>What keyless signing leaves beside a file, in the form in which Kubernetes publishes it.</summary>
/// <param name="Signature">Base64 of the DER signature over the content's SHA-256: the text of <c>FILE.sig</c>.</param>
/// <param name="Certificate">Base64 of the PEM certificate: the text of <c>FILE.cert</c>.</param>
/// <param name="Pem">The certificate itself.</param>
public sealed record SignedBlob(string Signature, string Certificate, string Pem)
{
    /// <summary>Signs with a new key, which is forgotten.</summary>
    public static SignedBlob Sign(SigningAuthority authority, ReadOnlySpan<byte> content, SigningSubject subject)
    {
        ArgumentNullException.ThrowIfNull(authority);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = authority.Issue(subject, new PublicKey(key));
        string pem = certificate.ExportCertificatePem() + "\n";
        return new SignedBlob(
            Convert.ToBase64String(key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem)),
            pem
        );
    }
}
