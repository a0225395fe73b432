using System.Security.Cryptography.X509Certificates;

namespace Slipway.Http;

/// <summary>Who we are to a server that asks for a certificate.</summary>
/// <param name="Certificate">With its key.</param>
/// <param name="Chain">What leads from it to an authority.</param>
public sealed record ClientIdentity(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    public override string ToString() => Certificate.Subject;
}
