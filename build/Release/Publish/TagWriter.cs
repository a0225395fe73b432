using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>Writes a plan's tags on every registry: children's before the index's, moving ones last.</summary>
internal sealed class TagWriter(ReleaseContent content, ImmutableArray<Repository> sites, PublishProgress progress)
{
    private readonly ReleasePlan _plan = content.Plan;

    /// <summary>Each tag on all registries before the next one, so that they never differ by more than one.</summary>
    /// <exception cref="RemoteException">A registry failed between two tags.</exception>
    /// <exception cref="ContentException">Another publisher wrote one of the tags meanwhile; those before it are written.</exception>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (PlannedTag tag in _plan.Tags)
        {
            for (int i = 0; i < sites.Length; i++)
                progress.Stands(i, tag, await WriteAsync(sites[i], tag, cancellationToken));
        }

        foreach (Repository site in sites)
            await RequireAsync(site, cancellationToken);
    }

    /// <returns>Whether the tag was not there, or moved.</returns>
    private async Task<bool> WriteAsync(Repository site, PlannedTag tag, CancellationToken cancellationToken)
    {
        Descriptor subject = _plan.SubjectOf(tag);
        Descriptor? there = await site.ResolveAsync(tag.Name, cancellationToken);
        if (there?.Digest == subject.Digest)
            return false;
        if (there is not null && !tag.Moves)
            throw VerifyOf(site, tag)
                .After(
                    new ContentException(
                        $"{site.Name}:{tag.Name}: wanted {subject.Digest}, got {there.Digest}, which was not there a moment ago: another "
                            + $"publisher is changing it, and the tag never moves. Run {VerifyOf(site, tag)}"
                    )
                );
        await site.PushManifestAsync(await content.SubjectAsync(subject, cancellationToken), tag.Name, cancellationToken);
        return true;
    }

    private static NextCommand VerifyOf(Repository site, PlannedTag tag) =>
        new("Verify") { Options = ["--reference", $"{site.Name}:{tag.Name}"] };

    /// <summary>Registries have no compare-and-set: reading the tags once more is how two publishers at once are noticed.</summary>
    private async Task RequireAsync(Repository site, CancellationToken cancellationToken)
    {
        foreach (PlannedTag tag in _plan.Tags.Where(tag => !tag.Moves))
        {
            Digest wanted = _plan.SubjectOf(tag).Digest;
            Descriptor? there = await site.ResolveAsync(tag.Name, cancellationToken);
            if (there?.Digest != wanted)
                throw VerifyOf(site, tag)
                    .After(
                        new ContentException(
                            $"{site.Name}:{tag.Name}: wanted {wanted}, got {there?.Digest.ToString() ?? "no such tag"} right after it was "
                                + $"written: another publisher is changing it. Run {VerifyOf(site, tag)}"
                        )
                    );
        }
    }
}
