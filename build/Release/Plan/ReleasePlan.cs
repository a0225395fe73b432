using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// What one release will put where: every destination, digest and tag. It is data: <c>Preview</c> prints it and
/// <c>Publish</c> carries it out. Made from a layout, its signatures and a commit; the same three give the same plan.
/// </summary>
public sealed record ReleasePlan
{
    /// <summary>The annotation of a layout's own index.json that says a rehearsal made it.</summary>
    public const string RehearsalMark = "io.github.poseidon.slipway.rehearsal";

    public required string Image { get; init; }

    /// <summary>The tag of the index that names the release.</summary>
    public required string Release { get; init; }

    /// <summary>The index, then its manifests in its order.</summary>
    public required ImmutableArray<Descriptor> Subjects { get; init; }

    /// <summary>A signature manifest for each subject, in the same order.</summary>
    public required ImmutableArray<PlannedSignature> Signatures { get; init; }

    /// <summary>What else is signed about the subjects, under cosign's attestation tags.</summary>
    public ImmutableArray<PlannedSignature> Attestations { get; init; } = [];

    /// <summary>The same as manifests that refer to the subjects, and that they are signed.</summary>
    public ImmutableArray<PlannedReferrer> Referrers { get; init; } = [];

    /// <summary>The tags, children's before the index's.</summary>
    public required ImmutableArray<PlannedTag> Tags { get; init; }

    /// <summary>The repository that signatures name, whether it is a destination or not; without tag.</summary>
    public required Reference Official { get; init; }

    /// <summary>Repositories without tag, in the definition's order. Each gets all of the above.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>The image's repositories that are left out on purpose.</summary>
    public ImmutableArray<Reference> LeftOut { get; init; } = [];

    /// <summary>Repositories of other images, which may have some of the blobs already and can lend them.</summary>
    public ImmutableArray<Reference> Siblings { get; init; } = [];

    /// <summary>What stand-ins took the place of; null in an image that holds none.</summary>
    public required string? StandIn { get; init; }

    /// <summary>Whether a rehearsal made the layout.</summary>
    public required bool IsRehearsal { get; init; }

    /// <summary>Why the commit's tags are for rehearsals only; null when they may be published.</summary>
    public required string? RehearsalOnly { get; init; }

    public Descriptor Index => Subjects[0];

    /// <summary>The digest that a tag names.</summary>
    public Descriptor SubjectOf(PlannedTag tag) =>
        tag.Platform is null ? Index : Subjects.Skip(1).Single(subject => subject.Platform == tag.Platform);

    /// <exception cref="ContentException">The layout is incomplete, or a signature is missing; says the command to run.</exception>
    /// <exception cref="ReleaseException">The commit cannot be released under this version.</exception>
    public static async Task<ReleasePlan> ForAsync(ReleaseSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        AssembledImage image = source.Image;
        TagPlan tags = TagPlan.For(
            image.Name,
            source.Version,
            source.Git,
            image.Platforms.Select(platform => platform.Platform),
            source.Way
        );
        ImmutableArray<Descriptor> subjects = [image.Index, .. image.Platforms.Select(platform => platform.Manifest)];
        NextCommand sign = new("Sign") { Image = image.Name, Options = source.Way == BuildMethod.Dockerfile ? ["--dockerfile"] : [] };
        var signatures = ImmutableArray.CreateBuilder<PlannedSignature>();
        var attestations = ImmutableArray.CreateBuilder<PlannedSignature>();
        var referrers = ImmutableArray.CreateBuilder<PlannedReferrer>();
        foreach (Digest subject in subjects.Select(subject => subject.Digest))
        {
            signatures.Add(
                await TaggedAsync(source.Trust, subject, SignatureManifest.TagOf(subject), cancellationToken)
                    ?? throw sign.After(new ContentException($"{image.Name}: {subject} has no signature. Run {sign}"))
            );
            if (await TaggedAsync(source.Trust, subject, AttestationLayer.TagOf(subject), cancellationToken) is { } attestation)
                attestations.Add(attestation);
            foreach (Descriptor referrer in await source.Trust.ReferrersAsync(subject, null, cancellationToken))
                referrers.Add(new PlannedReferrer(subject, referrer));
        }

        return new ReleasePlan
        {
            Image = image.Name,
            Release = tags.Release,
            Subjects = subjects,
            Signatures = signatures.ToImmutable(),
            Attestations = attestations.ToImmutable(),
            Referrers = referrers.ToImmutable(),
            Tags = tags.Tags,
            Official = source.Official,
            Destinations = source.Destinations,
            LeftOut = source.LeftOut,
            Siblings = source.Siblings,
            StandIn = await StandInAsync(image, source.Layout, cancellationToken),
            IsRehearsal = source.Layout.ReadIndex().Annotations.ContainsKey(RehearsalMark),
            RehearsalOnly = tags.RehearsalOnly,
        };
    }

    private static async Task<PlannedSignature?> TaggedAsync(
        OciLayout trust,
        Digest subject,
        string tag,
        CancellationToken cancellationToken
    ) =>
        await trust.ResolveAsync(tag, cancellationToken) is { } manifest
            ? new PlannedSignature(subject, tag, manifest with { Annotations = Descriptor.NoAnnotations })
            : null;

    private static async Task<string?> StandInAsync(AssembledImage image, OciLayout layout, CancellationToken cancellationToken)
    {
        ManifestContent? index = await layout.ReadManifestAsync(image.Index.Digest, cancellationToken);
        if (index is not null && StandInMark.Of(Oci.Index.Parse(index.Bytes)) is { } mark)
            return mark;
        foreach (AssembledPlatform platform in image.Platforms)
        {
            ManifestContent? content = await layout.ReadManifestAsync(platform.Manifest.Digest, cancellationToken);
            if (content is not null && StandInMark.Of(Manifest.Parse(content.Bytes)) is { } found)
                return found;
        }

        return null;
    }
}

/// <summary>Signatures or attestations of one subject, under their tag.</summary>
/// <param name="Subject">The digest that is signed.</param>
/// <param name="Tag">Where cosign looks for it.</param>
/// <param name="Manifest">The manifest whose layers they are.</param>
public sealed record PlannedSignature(Digest Subject, string Tag, Descriptor Manifest);

/// <summary>A manifest that refers to a subject.</summary>
/// <param name="Subject">The digest that it is about.</param>
/// <param name="Manifest">With its artifact type.</param>
public sealed record PlannedReferrer(Digest Subject, Descriptor Manifest);
