namespace Slipway.Definitions;

/// <summary>Who signs a project's files without a key of their own (Sigstore's keyless signing).</summary>
/// <param name="Identity">An e-mail address or URI, whole: what the certificate is for.</param>
/// <param name="Issuer">The https address of the OpenID Connect issuer that vouched for it.</param>
public sealed record UpstreamSigner(string Identity, string Issuer)
{
    public override string ToString() => $"{Identity} of {Issuer}";
}
