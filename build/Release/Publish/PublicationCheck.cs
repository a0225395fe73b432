using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>What must hold on every registry before anything is written there.</summary>
internal sealed class PublicationCheck(ReleasePlan plan, ImmutableArray<Repository> sites, PublishProgress progress)
{
    /// <summary>What a rehearsal made goes only to registries that say of themselves that they are a rehearsal's.</summary>
    public async Task RequireAllowedAsync(CancellationToken cancellationToken)
    {
        if (plan is { StandIn: null, IsRehearsal: false, RehearsalOnly: null })
            return;
        bool[] rehearsals = await Task.WhenAll(sites.Select(site => site.AnnouncesRehearsalAsync(cancellationToken)));
        if (Array.IndexOf(rehearsals, false) is var real and >= 0)
            throw Refusal(sites[real].Name);
    }

    /// <summary>Release and build tags never move: each is absent, or names the planned digest already.</summary>
    public Task RequireTagsFreeAsync(CancellationToken cancellationToken)
    {
        return Parallel.ForEachAsync(
            from site in Enumerable.Range(0, sites.Length)
            from tag in plan.Tags
            where !tag.Moves
            select (site, tag),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (at, token) =>
            {
                Digest wanted = plan.SubjectOf(at.tag).Digest;
                if (await sites[at.site].ResolveAsync(at.tag.Name, token) is not { } there)
                    return;
                if (there.Digest != wanted)
                    throw new ContentException(
                        $"{sites[at.site].Name}:{at.tag.Name}: wanted {wanted}, got {there.Digest}: the tag was published before "
                            + $"and never moves; nothing was tagged. Make a new git tag, as {plan.Image}/VERSION-r1"
                    );
                progress.Stands(at.site, at.tag, wasWritten: false);
            }
        );
    }

    /// <summary>May we push wherever something is missing? One registry that refuses is found before another gets anything.</summary>
    /// <exception cref="RegistryException">A registry does not let us.</exception>
    public Task RequireRightsAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(sites.Where((_, site) => !progress.IsTagged(site)).Select(site => site.Probe().RequirePushAsync(cancellationToken)));

    private NextCommand Anew => new("Assemble", "Sign") { Image = plan.Image };

    private Exception Refusal(string site) =>
        plan.StandIn is { } standIn
            ? Anew.After(
                new ContentException(
                    $"{plan.Image}: the image holds stand-ins for {standIn}, which never leave a rehearsal; nothing was sent "
                        + $"to {site}. Run {Anew} where upstream can be reached"
                )
            )
        : plan.IsRehearsal
            ? Anew.After(
                new ContentException(
                    $"{plan.Image}: the layout was made by a rehearsal and never leaves it; nothing was sent to {site}. Run {Anew}"
                )
            )
        : new ReleaseException($"{plan.Image}: {plan.RehearsalOnly}. Nothing was sent to {site}");
}
