using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Signs with a key: whoever has the public half can verify it, without a certificate and without a log.</summary>
public abstract class KeyedSigner : ISigner
{
    /// <summary>The public half.</summary>
    public abstract VerificationKey Key { get; }

    public ITrustedSigner Trusted => Key;

    public async Task<Descriptor?> SignClaimAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        SignatureManifest.LayerOf(payload, await SignAsync(payload, cancellationToken));

    public async Task<SigstoreBundle> SignStatementAsync(Statement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return SigstoreBundle.For(await DsseEnvelope.SignAsync(DsseEnvelope.InToto, statement.ToBytes(), this, cancellationToken), Key);
    }

    public async Task<BlobSignature> SignBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        BlobSignature.For(content, await SignAsync(content, cancellationToken), Key);

    /// <summary>An ECDSA signature over the SHA-256 of the bytes, DER encoded (RFC 3279, 2.2.3).</summary>
    public abstract Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
