using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Reads the plan of a release back from a registry that has it: the same content and tags, for another place. What is said about it is
/// <see cref="EvidencePlan"/>'s.
/// </summary>
internal sealed class MirrorPlan(MirrorRequest request, Repository source, Action<string> log)
{
    /// <param name="index">The index, which was verified.</param>
    /// <exception cref="ContentException">It is no release: no index, stand-ins, or no release tag names it.</exception>
    public async Task<ReleasePlan> ReadAsync(Digest index, CancellationToken cancellationToken)
    {
        ManifestContent content = await ReadAsync(source, index, cancellationToken);
        if (content.MediaType != MediaType.Index)
            throw new ContentException(
                $"{request.Source}: wanted an image index, got {Printable.Of(content.MediaType)}: give the tag of the release, not "
                    + "of a platform"
            );
        ImmutableArray<Descriptor> subjects = [content.Descriptor, .. Oci.Index.Parse(content.Bytes).Manifests];
        await RequireReleasableAsync(content, subjects, cancellationToken);
        ImmutableArray<PlannedTag> tags = await TagsAsync(subjects, cancellationToken);
        PlannedTag? named = tags.FirstOrDefault(tag => tag.Name == request.Source.Tag)
            ?? tags.LastOrDefault(tag => TagStyles.IsReleaseOfIndex(tag.Name));
        return new ReleasePlan
        {
            Image = request.Image,
            Release = named?.Name ?? throw new ContentException($"{source.Name}: no release tag names {index}; nothing was copied"),
            Subjects = subjects,
            Signatures = [],
            Tags = tags,
            Official = request.Official,
            Destinations = [request.Destination],
            StandIn = null,
            IsRehearsal = false,
            RehearsalOnly = null,
        };
    }

    public static async Task<ManifestContent> ReadAsync(Repository source, Digest digest, CancellationToken cancellationToken) =>
        await source.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{source.Name}: {digest} is missing");

    /// <summary>What a rehearsal made stays in its registries, however it is asked for.</summary>
    private async Task RequireReleasableAsync(
        ManifestContent index,
        ImmutableArray<Descriptor> subjects,
        CancellationToken cancellationToken
    )
    {
        if (await source.AnnouncesRehearsalAsync(cancellationToken))
            throw new ContentException(
                $"{source.Name}: the registry is a rehearsal's, and its content never leaves it; nothing was copied"
            );
        string? mark = StandInMark.Of(Oci.Index.Parse(index.Bytes));
        foreach (Descriptor child in subjects.Skip(1))
            mark ??= StandInMark.Of(Manifest.Parse((await ReadAsync(source, child.Digest, cancellationToken)).Bytes));
        if (mark is not null)
            throw new ContentException(
                $"{request.Source}: the image holds stand-ins for {mark}, which never leave a rehearsal; nothing was copied"
            );
    }

    /// <summary>The release and build tags that name one of the subjects, the index's last and the one asked for at the very end.</summary>
    private async Task<ImmutableArray<PlannedTag>> TagsAsync(ImmutableArray<Descriptor> subjects, CancellationToken cancellationToken)
    {
        TagSurvey survey = new([source]);
        bool IsCopied(string tag) => TagStyles.Of(tag).NeverMoves() && request.Wanted(tag);
        await survey.ReadAsync(IsCopied, request.Source.Tag is { } tag && IsCopied(tag) ? [tag] : [], cancellationToken);
        if (survey.Failures.Select(failure => failure.Value).FirstOrDefault() is { } failed)
            throw failed;
        if (survey.Beyond.Any())
            log(
                $"{request.Image}: {source.Name} lists more tags than are read ({TagSurvey.MostTags} of releases and builds); what "
                    + "the rest name is not copied under them"
            );
        return
        [
            .. from name in survey.Names
            let subject = subjects.FirstOrDefault(subject => subject.Digest == survey.At(source, name))
            where subject is not null
            orderby subject == subjects[0] ? 1 : 0, name == request.Source.Tag ? 1 : 0
            select new PlannedTag(name, subject.Platform, Moves: false),
        ];
    }
}
