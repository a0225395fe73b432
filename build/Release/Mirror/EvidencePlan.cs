using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Which signatures and statements about a release go from one registry to another, where some may be: all that verification accepts at the
/// source, and of what nobody verified as much as verification still looks at there. What the destination has stays before it.
/// </summary>
internal sealed class EvidencePlan
{
    private readonly Repository _source,
        _destination;
    private readonly List<PlannedSignature> _signatures = [],
        _attestations = [];
    private readonly List<PlannedReferrer> _referrers = [];
    private readonly List<string> _leftBehind = [];

    private EvidencePlan(Repository source, Repository destination)
    {
        _source = source;
        _destination = destination;
        Content = new EvidenceContent(source);
    }

    /// <summary>Where all of it is read.</summary>
    public EvidenceContent Content { get; }

    /// <summary>The kinds of statements that verification accepts of every subject at the source.</summary>
    public ImmutableArray<string> Kinds { get; private set; } = [];

    /// <summary>What does not come along, and why.</summary>
    public IReadOnlyList<string> LeftBehind => _leftBehind;

    /// <param name="subjects">The index and its manifests, which are signed at the source.</param>
    /// <exception cref="ContentException">The destination has no room for what the release needs; nothing was written.</exception>
    public static async Task<EvidencePlan> ReadAsync(
        IReadOnlyList<Descriptor> subjects,
        EvidenceReview review,
        Repository source,
        Repository destination,
        CancellationToken cancellationToken
    )
    {
        EvidencePlan plan = new(source, destination);
        List<ReviewedEvidence> all = [];
        foreach (Descriptor subject in subjects)
        {
            ReviewedEvidence evidence = await review.ReadAsync(
                await MirrorPlan.ReadAsync(source, subject.Digest, cancellationToken),
                cancellationToken
            );
            await plan.AddAsync(evidence, cancellationToken);
            all.Add(evidence);
        }

        // That it is signed is asked of the tag form in any case.
        plan.Kinds = [.. all.Select(KindsOf).Aggregate((some, others) => some.Intersect(others)).Where(kind => kind != Statement.SignType)];
        return plan;
    }

    /// <summary>The plan of a release with all of it.</summary>
    public ReleasePlan Added(ReleasePlan plan) =>
        plan with
        {
            Signatures = [.. _signatures],
            Attestations = [.. _attestations],
            Referrers = [.. _referrers],
        };

    private static IEnumerable<string> KindsOf(ReviewedEvidence evidence) =>
        evidence
            .Attestations.Concat(evidence.Bundles)
            .Where(item => item.IsAccepted)
            .Select(item => item.PredicateType)
            .OfType<string>()
            .Distinct();

    private async Task AddAsync(ReviewedEvidence evidence, CancellationToken cancellationToken)
    {
        _leftBehind.AddRange(evidence.Problems);
        if (
            await TaggedAsync(
                SignatureManifest.TagOf(evidence.Subject),
                evidence.Signatures,
                new Room(MediaType.SimpleSigning, EvidenceReview.MaximumSignatures),
                cancellationToken
            ) is
            { } signatures
        )
            _signatures.Add(new PlannedSignature(evidence.Subject, SignatureManifest.TagOf(evidence.Subject), signatures));
        if (
            await TaggedAsync(
                AttestationLayer.TagOf(evidence.Subject),
                evidence.Attestations,
                new Room(MediaType.DsseEnvelope, EvidenceReview.MaximumAttestations),
                cancellationToken
            ) is
            { } attestations
        )
            _attestations.Add(new PlannedSignature(evidence.Subject, AttestationLayer.TagOf(evidence.Subject), attestations));

        HashSet<Digest> listed =
        [
            .. (await _destination.ReferrersAsync(evidence.Subject, MediaType.SigstoreBundle, cancellationToken)).Select(referrer =>
                referrer.Digest
            ),
        ];
        foreach (
            ReviewedItem bundle in Fitting(
                evidence.Subject.ToString(),
                evidence.Bundles,
                item => listed.Contains(item.Stored.Digest),
                EvidenceReview.MaximumBundles - listed.Count
            )
        )
            _referrers.Add(new PlannedReferrer(evidence.Subject, bundle.Stored));
    }

    /// <returns>The manifest of those that are to be under a tag; null when none are.</returns>
    private async Task<Descriptor?> TaggedAsync(
        string tag,
        ImmutableArray<ReviewedItem> items,
        Room room,
        CancellationToken cancellationToken
    )
    {
        if (items.IsEmpty || await TheirsAsync(tag, items, cancellationToken) is not { } theirs)
            return null;
        HashSet<Descriptor> there = [.. theirs.Layers];
        ImmutableArray<ReviewedItem> fitting = Fitting(
            tag,
            items,
            item => there.Contains(item.Stored),
            room.Maximum - theirs.Layers.Count(layer => layer.MediaType == room.MediaType)
        );
        while (theirs.With(Of(fitting)).Content.Bytes.Length > OciJson.MaximumManifestSize)
        {
            ReviewedItem dropped = fitting.LastOrDefault(item => !item.IsAccepted && !there.Contains(item.Stored))
                ?? throw NoRoom(tag, $"the manifest would have more than {OciJson.MaximumManifestSize} bytes");
            _leftBehind.Add(
                $"{_source.Name}:{tag}: {dropped.Stored.Digest}: the manifest would have more than {OciJson.MaximumManifestSize} bytes"
            );
            fitting = fitting.Remove(dropped);
        }

        return fitting.IsEmpty ? null : Content.Add(Of(fitting), theirs.With(Of(fitting)));
    }

    /// <summary>What the destination has under a tag; null when that is nothing which could grow, and nothing has to.</summary>
    private async Task<SignatureManifest?> TheirsAsync(string tag, ImmutableArray<ReviewedItem> items, CancellationToken cancellationToken)
    {
        if (await _destination.FindTagAsync(tag, cancellationToken) is not { } there)
            return new SignatureManifest([]);
        try
        {
            return SignatureManifest.Parse(there.Content ?? await MirrorPlan.ReadAsync(_destination, there.Digest, cancellationToken));
        }
        catch (ContentException e) when (items.Any(item => item.IsAccepted))
        {
            throw NoRoom(tag, $"it names {there.Digest}, which holds none and stays: {e.Message}");
        }
        catch (ContentException e)
        {
            _leftBehind.Add(
                $"{_source.Name}:{tag}: {items.Length} unverified: at {_destination.Name} it names {there.Digest}: {e.Message}"
            );
            return null;
        }
    }

    /// <summary>Those that are there, those that have to be, and of the others as many as there is room for, in their order.</summary>
    private ImmutableArray<ReviewedItem> Fitting(
        string where,
        ImmutableArray<ReviewedItem> items,
        Func<ReviewedItem, bool> isThere,
        int room
    )
    {
        ReviewedItem[] missing = [.. items.Where(item => !isThere(item))];
        int needed = missing.Count(item => item.IsAccepted);
        if (needed > Math.Max(0, room))
            throw NoRoom(where, $"verification looks at {Math.Max(0, room)} more, and {needed} of the release's own are missing");
        ReviewedItem[] left = [.. missing.Where(item => !item.IsAccepted).Skip(room - needed)];
        if (left.Length > 0)
            _leftBehind.Add($"{_source.Name}: {where}: {left.Length} unverified: verification does not look at more");
        return [.. items.Except(left)];
    }

    private ContentException NoRoom(string where, string why) =>
        new($"{_destination.Name}: {where}: the release's signatures and attestations cannot be added: {why}; nothing was copied");

    private static SignatureManifest Of(IEnumerable<ReviewedItem> items) => new([.. items.Select(item => item.Stored)]);

    /// <summary>How many layers of a type verification looks at under one tag.</summary>
    private readonly record struct Room(string MediaType, int Maximum);
}
