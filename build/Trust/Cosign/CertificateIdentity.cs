using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>
/// Whoever proved an identity to an issuer that a certificate authority believes, at a time that a log or a timestamp authority wrote down:
/// keyless.
/// </summary>
/// <param name="Subject">The identity exactly: a mail address, or the URI of a CI's workflow; or a pattern of it.</param>
/// <param name="Issuer">The OIDC issuer exactly, as <c>https://token.actions.githubusercontent.com</c>.</param>
/// <param name="Instance">Whose certificates and log entries are believed.</param>
public sealed record CertificateIdentity(string Subject, string Issuer, SigstoreInstance Instance) : ITrustedSigner
{
    /// <summary>Whether <see cref="Subject"/> is a regular expression that the whole identity has to match.</summary>
    public bool IsPattern { get; init; }

    public string Name => $"{(IsPattern ? "whoever matches " : "")}{Subject} of {Issuer}";

    private SigstorePolicy Policy =>
        IsPattern ? SigstorePolicy.RequireMatchingIdentity(Subject, Issuer) : SigstorePolicy.RequireIdentity(Subject, Issuer);

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<bool> SignedAsync(StoredSignature signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return TagProof.BundleOf(signature) is { } bundle
            && await VerifyAsync(bundle, SignedMessage.Of(signature.Payload), cancellationToken) is not null;
    }

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<SignatureProof?> SignedAsync(SigstoreBundle bundle, ManifestContent about, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        // What the statement is about is compared by its reader, which knows more of it.
        return bundle.IsKeyless ? await VerifyAsync(bundle.ToBytes(), content: null, cancellationToken) : null;
    }

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<bool> SignedAsync(BlobSignature signature, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return signature.IsKeyless && await VerifyAsync(signature.Bytes, SignedMessage.Of(content), cancellationToken) is not null;
    }

    private async Task<SignatureProof?> VerifyAsync(
        ReadOnlyMemory<byte> bundle,
        SignedMessage? content,
        CancellationToken cancellationToken
    )
    {
        SigstoreVerifier verifier = new(await Instance.ReadRootAsync(cancellationToken));
        try
        {
            SigstoreProof proof = verifier.Verify(bundle, content, Policy);
            return new SignatureProof(proof.Claims, proof.SignedAt);
        }
        catch (SigstoreException)
        {
            return null;
        }
    }
}
