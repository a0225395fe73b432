using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Whose signatures are believed, and how they are told from anybody else's.</summary>
public interface ITrustedSigner
{
    /// <summary>As it stands in a sentence: <c>the key 1a2b3c4d</c>.</summary>
    string Name { get; }

    /// <summary>Whether this is the signer's signature of its payload.</summary>
    Task<bool> SignedAsync(StoredSignature signature, CancellationToken cancellationToken);

    /// <summary>What proves that the signer signed the bundle's envelope; null when nothing does.</summary>
    /// <param name="about">A manifest that the envelope's statement claims to be about; proof of it is not asked here.</param>
    Task<SignatureProof?> SignedAsync(SigstoreBundle bundle, ManifestContent about, CancellationToken cancellationToken);

    /// <summary>Whether this is the signer's signature of a file.</summary>
    /// <param name="content">All of the file.</param>
    Task<bool> SignedAsync(BlobSignature signature, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
