using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>Reads what the target Sign left.</summary>
internal static class SignedImages
{
    /// <summary>The provenance in a trust folder.</summary>
    public static async Task<SlsaProvenance> ProvenanceAsync(string folder)
    {
        OciLayout trust = OciLayout.Open(folder);
        Descriptor tagged = trust
            .ReadIndex()
            .Manifests.First(entry =>
                entry.Annotations.GetValueOrDefault(OciLayout.RefName, "").EndsWith(".att", StringComparison.Ordinal)
            );
        Manifest manifest = Manifest.Parse((await trust.ReadManifestAsync(tagged.Digest, default))!.Bytes);
        using MemoryStream envelope = new();
        await using (
            Stream blob = trust.OpenBlob(manifest.Layers.Single(layer => layer.Annotations.ContainsValue(Statement.ProvenanceType)))
        )
            await blob.CopyToAsync(envelope);
        return SlsaProvenance.Parse(Statement.Parse(DsseEnvelope.Parse(envelope.ToArray()).Payload).Predicate);
    }
}
