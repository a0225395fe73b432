using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Stands where nothing is to be signed any more: what is wanted is there by this key already, or it is an error.</summary>
internal sealed class NoSigner(VerificationKey key) : ISigner
{
    public VerificationKey Key => key;

    public Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw new ContentException($"not everything is signed by the key {key.Fingerprint.Abbreviated}. Run ./build.sh Sign with that key");
}
