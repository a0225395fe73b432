using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Takes a release's tags off every registry: all release, build and moving tags that name its index or one of its manifests.
/// Its content and its signatures stay, so what pulled it by digest still can. Rerunning goes on where a run ended.
/// </summary>
/// <param name="client">May delete.</param>
/// <param name="log">Is told of each step in one line.</param>
public sealed class Withdrawal(RegistryClient client, Action<string> log)
{
    /// <summary>
    /// Reads what stands where; writes nothing, and asks for nothing but to read. A registry that cannot be asked fails all.
    /// </summary>
    /// <exception cref="ContentException">
    /// A tag of the release names something else than was published, or nobody knows the release.
    /// </exception>
    /// <exception cref="RegistryException">A registry did not answer, or refuses us.</exception>
    public async Task<WithdrawalPlan> SurveyAsync(WithdrawalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<Repository> sites = [.. request.Destinations.Select(client.Repository)];
        log($"{request.Image}: checking {string.Join(" and ", sites.Select(site => site.Name))}");
        TagSurvey survey = new(sites);
        await survey.ReadAsync(IsOurs, request.KnownTags.Append(request.Release), cancellationToken);
        if (survey.Failures.Select(failure => failure.Value).FirstOrDefault() is { } failed)
            throw failed;
        foreach (Repository site in survey.Beyond)
            log(
                $"{request.Image}: {site.Name} lists more tags than are read ({TagSurvey.MostTags} of releases and builds); others "
                    + "that name the release may stay"
            );
        Digest index = request.Index ?? AgreedIndex(request, survey, sites);
        ImmutableArray<Descriptor> subjects = await SubjectsAsync(request, sites, index, cancellationToken);
        RequireUnmoved(request, survey, sites, subjects);

        var destinations = ImmutableArray.CreateBuilder<PlannedWithdrawal>();
        foreach ((Reference destination, Repository site) in request.Destinations.Zip(sites))
        {
            ImmutableArray<string> tags =
            [
                .. survey
                    .Names.Where(tag => subjects.Any(subject => subject.Digest == survey.At(site, tag)))
                    .OrderBy(tag =>
                        tag == request.Release ? 0
                        : survey.At(site, tag) == index ? 1
                        : 2
                    )
                    .ThenBy(tag => tag, StringComparer.Ordinal),
            ];
            destinations.Add(new PlannedWithdrawal(destination, tags, IsByHand: false));
        }

        return new WithdrawalPlan
        {
            Image = request.Image,
            Release = request.Release,
            Reason = request.Reason,
            Subjects = subjects,
            Destinations = destinations.ToImmutable(),
        };
    }

    /// <summary>
    /// As <see cref="SurveyAsync"/>, and asks every registry whether its tags can be deleted by us; deletes nothing that is there. One that
    /// refuses us fails all: nothing is deleted anywhere before each said what it can do.
    /// </summary>
    /// <inheritdoc cref="SurveyAsync" path="exception"/>
    public async Task<WithdrawalPlan> PlanAsync(WithdrawalRequest request, CancellationToken cancellationToken)
    {
        WithdrawalPlan plan = await SurveyAsync(request, cancellationToken);
        var destinations = ImmutableArray.CreateBuilder<PlannedWithdrawal>();
        foreach (PlannedWithdrawal destination in plan.Destinations)
        {
            bool byHand =
                !destination.Tags.IsEmpty && !await client.Repository(destination.Repository).Probe().CanDeleteTagsAsync(cancellationToken);
            destinations.Add(destination with { IsByHand = byHand });
        }

        return plan with
        {
            Destinations = destinations.ToImmutable(),
        };
    }

    /// <summary>Deletes the plan's tags where the registry lets us.</summary>
    /// <returns>What is gone and what stands, in the plan's order.</returns>
    /// <exception cref="ContentException">A tag was moved meanwhile; it stays.</exception>
    /// <exception cref="RemoteException">A registry failed; says how far it got.</exception>
    public async Task<ImmutableArray<WithdrawnDestination>> CarryOutAsync(WithdrawalPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        int planned = plan.Destinations.Where(destination => !destination.IsByHand).Sum(destination => destination.Tags.Length),
            gone = 0;
        var outcome = ImmutableArray.CreateBuilder<WithdrawnDestination>();
        foreach (PlannedWithdrawal destination in plan.Destinations)
        {
            if (destination.IsByHand)
            {
                outcome.Add(new WithdrawnDestination(destination.Repository.Name, [], Sorted(destination.Tags)));
                continue;
            }

            log($"{plan.Image}: deleting {destination.Tags.Length} tags from {destination.Repository.Name}");
            Repository site = client.Repository(destination.Repository);
            foreach (string tag in destination.Tags)
            {
                try
                {
                    await DeleteAsync(plan, site, tag, cancellationToken);
                    gone++;
                }
                catch (RemoteException e)
                {
                    throw new RemoteException(e.Fault, $"{e.Message}. {gone} of {planned} tags are gone. Run the same command again", e);
                }
            }

            outcome.Add(new WithdrawnDestination(destination.Repository.Name, Sorted(destination.Tags), []));
        }

        return outcome.ToImmutable();
    }

    /// <summary>Registries delete whatever a tag names by then, so it is looked at once more right before.</summary>
    private static async Task DeleteAsync(WithdrawalPlan plan, Repository site, string tag, CancellationToken cancellationToken)
    {
        if (await site.ResolveAsync(tag, cancellationToken) is not { } there)
            return;
        if (plan.Subjects.All(subject => subject.Digest != there.Digest))
            throw new ContentException(
                $"{site.Name}:{tag}: it names {there.Digest} now, which it did not a moment ago: another process is changing it. The tag "
                    + "was left alone. Run the same command again"
            );
        if (await site.DeleteTagAsync(tag, cancellationToken) == Deletion.Unsupported)
            throw new RemoteException(
                RemoteFault.Protocol,
                $"{site.Name}:{tag}: the registry does not delete this tag, although it announced that it deletes tags"
            );
        if (await site.ResolveAsync(tag, cancellationToken) is not null)
            throw new RemoteException(
                RemoteFault.TryAgain,
                $"{site.Name}:{tag}: the tag still exists after the registry reported its deletion"
            );
    }

    private static bool IsOurs(string tag) => TagStyles.Of(tag) is TagStyle.Release or TagStyle.Build or TagStyle.Moving;

    /// <summary>Without a record, what the registries have must be one and the same.</summary>
    private static Digest AgreedIndex(WithdrawalRequest request, TagSurvey survey, ImmutableArray<Repository> sites)
    {
        Digest[] found = [.. sites.Select(site => survey.At(site, request.Release)).OfType<Digest>().Distinct()];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ContentException(
                $"{request.Image}: no registry has {request.Release} and no record names it; nothing was deleted. Give --records "
                    + "DIR with its release.json"
            ),
            _ => throw DriftOf(request)
                .After(
                    new ContentException(
                        $"{request.Image}: {request.Release} names {string.Join(" and ", found.AsEnumerable())} on different registries; "
                            + $"nothing was deleted. Give --records DIR with its release.json, or run {DriftOf(request)}"
                    )
                ),
        };
    }

    private static NextCommand DriftOf(WithdrawalRequest request) => new("Drift") { Image = request.Image };

    private static void RequireUnmoved(
        WithdrawalRequest request,
        TagSurvey survey,
        ImmutableArray<Repository> sites,
        ImmutableArray<Descriptor> subjects
    )
    {
        foreach (
            (Repository site, string tag) in from site in sites
            from tag in request.KnownTags.Append(request.Release)
            where TagStyles.Of(tag).NeverMoves()
            select (site, tag)
        )
        {
            if (survey.At(site, tag) is { } there && subjects.All(subject => subject.Digest != there))
                throw DriftOf(request)
                    .After(
                        new ContentException(
                            $"{site.Name}:{tag}: wanted {subjects[0].Digest} or one of its manifests, got {there}: the tag was moved; "
                                + $"nothing was deleted. Run {DriftOf(request)}"
                        )
                    );
        }
    }

    /// <summary>The index and its manifests, from the first registry that has them; from the record when none has.</summary>
    private static async Task<ImmutableArray<Descriptor>> SubjectsAsync(
        WithdrawalRequest request,
        ImmutableArray<Repository> sites,
        Digest index,
        CancellationToken cancellationToken
    )
    {
        foreach (Repository site in sites)
        {
            if (await site.ReadManifestAsync(index, cancellationToken) is { } content)
                return [content.Descriptor, .. ManifestParts.Of(content).Manifests];
        }

        return [.. request.Subjects.Select(subject => new Descriptor("", subject, 0))];
    }

    private static ImmutableArray<string> Sorted(ImmutableArray<string> tags) => [.. tags.Order(StringComparer.Ordinal)];
}
