namespace Slipway.Testing;

/// <summary>Whose tokens a registry takes (distribution's "Token Authentication Implementation").</summary>
/// <param name="Realm">Where they are issued.</param>
/// <param name="Name">What the issuer and the registry call themselves in a token.</param>
/// <param name="Authority">Who vouches for the key that tokens are signed with.</param>
public sealed record TokenIssuer(Uri Realm, string Name, TestAuthority Authority)
{
    /// <summary>The <c>auth</c> section of the server's configuration.</summary>
    public string Configure(ScratchFolder folder) =>
        $"auth: {{ token: {{ realm: \"{Realm}\", service: {Name}, issuer: {Name}, "
        + $"rootcertbundle: {folder.Write("issuers.pem", Authority.Certificate.ExportCertificatePem())} }} }}";
}
