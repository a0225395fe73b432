using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Whoever can sign what is said about images. Two signatures of the same bytes differ, so what was made once is kept.</summary>
public interface ISigner
{
    /// <summary>What believes this signer's signatures, and no other's.</summary>
    ITrustedSigner Trusted { get; }

    /// <summary>
    /// Signs a claim in the form that cosign keeps under a tag (SIGNATURE_SPEC.md): the layer of the payload, whose annotations hold
    /// the signature. Null when what proves this signer's signatures does not fit that form; the statement says the same.
    /// </summary>
    /// <param name="payload">A simple signing payload.</param>
    Task<Descriptor?> SignClaimAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>Signs a statement as a bundle, whose payload is the statement's bytes.</summary>
    Task<SigstoreBundle> SignStatementAsync(Statement statement, CancellationToken cancellationToken);

    /// <summary>Signs a file that is no image: what <c>cosign verify-blob --bundle</c> reads.</summary>
    /// <param name="content">All of the file.</param>
    Task<BlobSignature> SignBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
