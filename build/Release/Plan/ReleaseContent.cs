using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>A plan, and where what it names is read from: this machine's layouts, or a registry that has the release already.</summary>
/// <param name="Plan">What goes where.</param>
/// <param name="Image">Holds the plan's subjects with all they name.</param>
/// <param name="Trust">Holds the plan's signatures.</param>
public sealed record ReleaseContent(ReleasePlan Plan, IContentReader Image, IContentReader Trust)
{
    /// <summary>The bytes of one of the image's manifests.</summary>
    /// <exception cref="ContentException">It is missing.</exception>
    internal Task<ManifestContent> SubjectAsync(Descriptor subject, CancellationToken cancellationToken) =>
        ReadAsync(Image, subject, cancellationToken);

    /// <summary>The bytes of a signature's manifest.</summary>
    /// <exception cref="ContentException">It is missing.</exception>
    internal Task<ManifestContent> SignatureAsync(PlannedSignature signature, CancellationToken cancellationToken) =>
        ReadAsync(Trust, signature.Manifest, cancellationToken);

    /// <summary>The distinct blobs of the image, the largest first, so that none of them is left for the end alone.</summary>
    internal Task<ImmutableArray<Descriptor>> BlobsAsync(CancellationToken cancellationToken) =>
        BlobsAsync(Image, Plan.Subjects.Skip(1), cancellationToken);

    /// <summary>The bytes of a referrer's manifest.</summary>
    /// <exception cref="ContentException">It is missing.</exception>
    internal Task<ManifestContent> ReferrerAsync(PlannedReferrer referrer, CancellationToken cancellationToken) =>
        ReadAsync(Trust, referrer.Manifest, cancellationToken);

    /// <summary>The distinct blobs of the signatures, attestations and referrers.</summary>
    internal Task<ImmutableArray<Descriptor>> SignatureBlobsAsync(CancellationToken cancellationToken) =>
        BlobsAsync(
            Trust,
            Plan.Signatures.Concat(Plan.Attestations)
                .Select(signature => signature.Manifest)
                .Concat(Plan.Referrers.Select(referrer => referrer.Manifest)),
            cancellationToken
        );

    private static async Task<ImmutableArray<Descriptor>> BlobsAsync(
        IContentReader place,
        IEnumerable<Descriptor> manifests,
        CancellationToken cancellationToken
    )
    {
        Dictionary<Digest, Descriptor> blobs = [];
        foreach (Descriptor manifest in manifests)
        {
            foreach (Descriptor blob in Manifest.Parse((await ReadAsync(place, manifest, cancellationToken)).Bytes).Blobs)
                blobs[blob.Digest] = blob;
        }

        return [.. blobs.Values.OrderByDescending(blob => blob.Size).ThenBy(blob => blob.Digest.ToString(), StringComparer.Ordinal)];
    }

    private static async Task<ManifestContent> ReadAsync(IContentReader place, Descriptor manifest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(manifest.Digest, cancellationToken)
        ?? throw new ContentException($"{place.Name}: {manifest.Digest} is missing");
}
