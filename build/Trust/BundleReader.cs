using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Reads the bundles that a place holds about a manifest.</summary>
internal static class BundleReader
{
    /// <summary>More than this many on one manifest are not looked at.</summary>
    private const int MaximumBundles = 256;

    /// <summary>Each bundle's outcome, in the place's order: an envelope, or why there is none.</summary>
    /// <exception cref="ContentException">The list of referrers cannot be read, or is too long.</exception>
    public static async Task<IReadOnlyList<(DsseEnvelope? Envelope, string Problem)>> ReadAsync(
        IContentReader place, Digest subject, CancellationToken cancellationToken)
    {
        var referrers = await place.ReferrersAsync(subject, MediaType.SigstoreBundle, cancellationToken);
        if (referrers.Length > MaximumBundles)
            throw new ContentException($"{place.Name}: {subject} has {referrers.Length} bundles; wanted at most {MaximumBundles}");
        List<(DsseEnvelope?, string)> found = [];
        foreach (Descriptor referrer in referrers)
        {
            try
            {
                ManifestContent manifest = await place.ReadManifestAsync(referrer.Digest, cancellationToken)
                    ?? throw new ContentException($"{place.Name}: the referrer {referrer.Digest} is not there");
                Descriptor blob = BundleManifest.BundleOf(manifest, subject);
                byte[] bytes = await BoundedBlob.ReadAsync(place, blob, 2 * DsseEnvelope.MaximumSize, cancellationToken)
                    ?? throw new ContentException($"{place.Name}: the bundle {blob.Digest} is not there");
                found.Add((SigstoreBundle.Parse(bytes).Envelope, ""));
            }
            catch (ContentException e)
            {
                found.Add((null, e.Message));
            }
        }

        return found;
    }
}
