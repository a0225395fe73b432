using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>Writes a plan's tags on every registry: children's before the index's, moving ones last.</summary>
internal sealed class TagWriter(ReleasePlan plan, OciLayout layout, ImmutableArray<Repository> sites)
{
    /// <returns>How many tags were not there or moved, by registry.</returns>
    /// <exception cref="RemoteException">A registry failed between two tags; says how many stand on each.</exception>
    /// <exception cref="ContentException">Another publisher wrote one of the tags meanwhile; those before it are written.</exception>
    public async Task<ImmutableArray<int>> WriteAsync(CancellationToken cancellationToken)
    {
        int[] written = new int[sites.Length];
        int[] standing = new int[sites.Length];
        try
        {
            foreach (PlannedTag tag in plan.Tags)
            {
                for (int i = 0; i < sites.Length; i++)
                {
                    if (await WriteAsync(sites[i], tag, cancellationToken))
                        written[i]++;
                    standing[i]++;
                }
            }
        }
        catch (RemoteException e)
        {
            string tags = string.Join(", ", sites.Select((site, i) => $"{standing[i]} of {plan.Tags.Length} tags stand on {site.Name}"));
            throw new RemoteException(e.Fault, $"{e.Message}. {tags}; all of them are complete and signed. Run the same command again", e);
        }

        foreach (Repository site in sites)
            await RequireAsync(site, cancellationToken);
        return [.. written];
    }

    /// <returns>Whether the tag was not there, or moved.</returns>
    private async Task<bool> WriteAsync(Repository site, PlannedTag tag, CancellationToken cancellationToken)
    {
        Descriptor subject = plan.SubjectOf(tag);
        Descriptor? there = await site.ResolveAsync(tag.Name, cancellationToken);
        if (there?.Digest == subject.Digest)
            return false;
        if (there is not null && !tag.Moves)
            throw new ContentException($"{site.Name}:{tag.Name}: wanted {subject.Digest}, got {there.Digest}, which was not there a moment ago: another publisher is at work, and the tag never moves. Run ./build.sh Verify --reference {site.Name}:{tag.Name}");
        ManifestContent content = (await layout.ReadManifestAsync(subject.Digest, cancellationToken))!;
        await site.PushManifestAsync(content, tag.Name, cancellationToken);
        return true;
    }

    /// <summary>Registries have no compare-and-set: reading the tags once more is how two publishers at once are noticed.</summary>
    private async Task RequireAsync(Repository site, CancellationToken cancellationToken)
    {
        foreach (PlannedTag tag in plan.Tags.Where(tag => !tag.Moves))
        {
            Digest wanted = plan.SubjectOf(tag).Digest;
            Descriptor? there = await site.ResolveAsync(tag.Name, cancellationToken);
            if (there?.Digest != wanted)
                throw new ContentException($"{site.Name}:{tag.Name}: wanted {wanted}, got {there?.Digest.ToString() ?? "no such tag"} right after it was written: another publisher is at work. Run ./build.sh Verify --reference {site.Name}:{tag.Name}");
        }
    }
}
