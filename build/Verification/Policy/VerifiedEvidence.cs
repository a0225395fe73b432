using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>What somebody who is believed verifiably said about an image's manifests, as it is stored beside the image.</summary>
/// <param name="Content">Where all of it is read.</param>
/// <param name="Entries">Manifests under cosign's tags, and such that refer, without a tag.</param>
/// <param name="LeftOut">What else is there.</param>
internal sealed record VerifiedEvidence(
    EvidenceContent Content,
    ImmutableArray<(Descriptor Manifest, string? Tag)> Entries,
    ImmutableArray<string> LeftOut
)
{
    /// <param name="subjects">The index and its manifests.</param>
    /// <param name="release">Where it is read.</param>
    /// <param name="believed">Whose word counts.</param>
    public static async Task<VerifiedEvidence> ReadAsync(
        IReadOnlyList<ManifestContent> subjects,
        VerificationRequest release,
        ImmutableArray<ITrustedSigner> believed,
        CancellationToken cancellationToken
    )
    {
        EvidenceContent content = new(release.Signatures);
        EvidenceReview[] reviews = [.. believed.Select(signer => new EvidenceReview(signer, release.Official, release.Signatures))];
        var entries = ImmutableArray.CreateBuilder<(Descriptor, string?)>();
        HashSet<string> leftOut = [];
        foreach (ManifestContent subject in subjects)
        {
            List<ReviewedEvidence> seen = [];
            foreach (EvidenceReview review in reviews)
                seen.Add(await review.ReadAsync(subject, cancellationToken));
            Digest digest = subject.Descriptor.Digest;
            AddTag(SignatureManifest.TagOf(digest), seen.Select(one => one.Signatures));
            AddTag(AttestationLayer.TagOf(digest), seen.Select(one => one.Attestations));
            foreach (
                Descriptor bundle in Accepted(seen.Select(one => one.Bundles))
                    .OrderBy(bundle => bundle.Digest.ToString(), StringComparer.Ordinal)
            )
                entries.Add((bundle, null));
            leftOut.UnionWith(seen.SelectMany(one => one.Problems));
            if (Foreign(seen) is > 0 and int foreign)
                leftOut.Add(
                    $"{release.Signatures.Name}: {foreign} {(foreign == 1 ? "entry" : "entries")} beside {digest} by signers that "
                        + "were not asked for"
                );
        }

        return new VerifiedEvidence(content, entries.ToImmutable(), [.. leftOut]);

        void AddTag(string tag, IEnumerable<ImmutableArray<ReviewedItem>> items)
        {
            SignatureManifest manifest = new([.. Accepted(items)]);
            if (!manifest.Layers.IsEmpty)
                entries.Add((content.Add(manifest, manifest), tag));
        }
    }

    private static IEnumerable<Descriptor> Accepted(IEnumerable<ImmutableArray<ReviewedItem>> items) =>
        items.SelectMany(some => some).Where(item => item.IsAccepted).Select(item => item.Stored).Distinct();

    private static int Foreign(IReadOnlyList<ReviewedEvidence> seen)
    {
        ReviewedItem[] all = [.. seen.SelectMany(one => one.Signatures.Concat(one.Attestations).Concat(one.Bundles))];
        return all.Select(item => item.Stored).Except(all.Where(item => item.IsAccepted).Select(item => item.Stored)).Count();
    }
}
