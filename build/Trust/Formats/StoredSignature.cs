using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// One signature as cosign keeps it under a tag: a layer whose blob is the payload and whose annotations prove who signed it.
/// </summary>
/// <param name="Layer">With all its annotations.</param>
/// <param name="Payload">The blob, whose digest was checked.</param>
/// <param name="Signature">From the layer's annotation, decoded.</param>
public sealed record StoredSignature(Descriptor Layer, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    /// <exception cref="ContentException">The layer has no signature, or its payload is missing, damaged or too large.</exception>
    internal static async Task<StoredSignature> ReadAsync(IContentReader place, Descriptor layer, CancellationToken cancellationToken) =>
        Of(
            layer,
            await BoundedBlob.ReadAsync(place, layer, SimpleSigning.MaximumSize, cancellationToken)
                ?? throw new ContentException($"{place.Name}: the payload {layer.Digest} of a signature is missing")
        );

    /// <exception cref="ContentException">The layer has no signature.</exception>
    public static StoredSignature Of(Descriptor layer, ReadOnlyMemory<byte> payload) => new(layer, payload, SignatureOf(layer));

    private static byte[] SignatureOf(Descriptor layer)
    {
        if (!layer.Annotations.TryGetValue(SignatureManifest.SignatureKey, out string? text))
            throw new ContentException($"layer {layer.Digest} has no annotation {SignatureManifest.SignatureKey}");
        byte[] signature = StrictBase64.Decode(text, $"layer {layer.Digest}: the signature");
        return signature.Length > 0 ? signature : throw new ContentException($"layer {layer.Digest}: the signature is empty");
    }
}
