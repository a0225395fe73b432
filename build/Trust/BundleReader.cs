using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Reads bundles and envelopes from a place, each blob once: a statement about several manifests is one blob.</summary>
internal sealed class BundleReader(IContentReader place)
{
    /// <summary>
    /// Many times what a release has. What is read stays in memory until all is judged, and anybody who may push can put more beside it.
    /// </summary>
    private const long MaximumBytes = 128L * 1024 * 1024;

    private readonly Dictionary<(Digest, long, bool), StoredBundle> _read = [];
    private long _bytes;

    public IContentReader Place => place;

    /// <summary>The bundle that a referrer's manifest holds.</summary>
    public Task<StoredBundle> BundleAsync(Descriptor blob, CancellationToken cancellationToken) => OnceAsync(blob, true, async () =>
        SigstoreBundle.Parse(await BoundedBlob.ReadAsync(place, blob, SigstoreBundle.MaximumSize, cancellationToken)
            ?? throw new ContentException($"{place.Name}: the bundle {blob.Digest} is not there")));

    /// <summary>The envelope that is a layer under cosign's attestation tag.</summary>
    public Task<StoredBundle> EnvelopeAsync(Descriptor layer, CancellationToken cancellationToken) => OnceAsync(layer, false, async () => new SigstoreBundle(
        DsseEnvelope.Parse(await BoundedBlob.ReadAsync(place, layer, DsseEnvelope.MaximumSize, cancellationToken)
            ?? throw new ContentException($"{place.Name}: the attestation {layer.Digest} is missing")),
        ReadOnlyMemory<byte>.Empty));

    private async Task<StoredBundle> OnceAsync(Descriptor blob, bool isBundle, Func<Task<SigstoreBundle>> read)
    {
        if (_read.TryGetValue((blob.Digest, blob.Size, isBundle), out StoredBundle? known))
            return known;
        if (blob.Size > MaximumBytes - _bytes)
            return new StoredBundle(null, $"{place.Name}: {blob.Digest} was not read: there are more than {MaximumBytes} bytes of signed statements");
        _bytes += blob.Size;
        return _read[(blob.Digest, blob.Size, isBundle)] = await StoredBundle.OrProblemAsync(read);
    }
}
