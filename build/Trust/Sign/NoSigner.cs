using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Stands where nothing is to be signed any more: what is wanted is there by this signer already, or it is an error.</summary>
internal sealed class NoSigner(ITrustedSigner trusted) : ISigner
{
    public ITrustedSigner Trusted => trusted;

    public Task<Descriptor?> SignClaimAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => throw Unsigned();

    public Task<SigstoreBundle> SignStatementAsync(Statement statement, CancellationToken cancellationToken) => throw Unsigned();

    public Task<BlobSignature> SignBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Unsigned();

    private static NextCommand Sign { get; } = new("Sign");

    private ContentException Unsigned() =>
        Sign.After(new ContentException($"not everything is signed by {trusted.Name}. Run {Sign} with that signer"));
}
