using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Reads bundles and envelopes from a place, each blob once: a statement about several manifests is one blob.</summary>
internal sealed class BundleReader(IContentReader place)
{
    private readonly Dictionary<(Digest, long, bool), StoredBundle> _read = [];

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

    private async Task<StoredBundle> OnceAsync(Descriptor blob, bool isBundle, Func<Task<SigstoreBundle>> read) =>
        _read.TryGetValue((blob.Digest, blob.Size, isBundle), out StoredBundle? known)
            ? known
            : _read[(blob.Digest, blob.Size, isBundle)] = await StoredBundle.OrProblemAsync(read);
}
