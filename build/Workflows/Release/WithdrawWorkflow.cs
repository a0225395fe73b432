using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>What a withdrawal came to.</summary>
/// <param name="Plan">What was to go.</param>
/// <param name="Entry">What was recorded of it in the end.</param>
/// <param name="File">Where.</param>
internal sealed record WithdrawalOutcome(WithdrawalPlan Plan, WithdrawalEntry Entry, string File)
{
    /// <summary>What people have to delete themselves.</summary>
    public IEnumerable<PlannedWithdrawal> ByHand => Plan.Destinations.Where(destination => destination.IsByHand);
}

/// <summary>The steps of a withdrawal, from records to records: what is going to be deleted is written down before it is.</summary>
internal sealed class WithdrawWorkflow(Withdrawal withdrawal, ReleaseRecords records, TimeProvider time)
{
    /// <inheritdoc cref="Withdrawal.PlanAsync"/>
    public async Task<WithdrawalPlan> PlanAsync(
        ImageDefinition definition,
        string release,
        string reason,
        CancellationToken cancellationToken
    ) => await withdrawal.PlanAsync(await RequestAsync(definition, release, reason, cancellationToken), cancellationToken);

    /// <inheritdoc cref="Withdrawal.SurveyAsync"/>
    public async Task<WithdrawalPlan> SurveyAsync(ImageDefinition definition, string release, CancellationToken cancellationToken) =>
        await withdrawal.SurveyAsync(await RequestAsync(definition, release, "", cancellationToken), cancellationToken);

    private async Task<WithdrawalRequest> RequestAsync(
        ImageDefinition definition,
        string release,
        string reason,
        CancellationToken cancellationToken
    )
    {
        RecordedRelease? published = (await records.OfAsync(definition.Name, cancellationToken)).LastOrDefault(record =>
            record.Release == release
        );
        WithdrawalEntry? before = (await records.WithdrawnAsync(definition.Name, cancellationToken)).Entries.LastOrDefault(entry =>
            entry.Release == release
        );
        IEnumerable<string> listed = published?.Tags.Values.SelectMany(tags => tags.Keys) ?? [];
        IEnumerable<string> withdrawn = before?.Destinations.SelectMany(destination => destination.Removed.Union(destination.Standing))
            ?? [];
        return new WithdrawalRequest
        {
            Image = definition.Name,
            Release = release,
            Reason = reason,
            Destinations = [.. definition.Repositories],
            Subjects = published?.Subjects ?? before?.Subjects ?? [],
            KnownTags = [.. listed.Union(withdrawn).Where(tag => TagStyles.Of(tag).NeverMoves())],
        };
    }

    public async Task<WithdrawalOutcome> CarryOutAsync(WithdrawalPlan plan, CancellationToken cancellationToken)
    {
        WithdrawalRecord record = await records.WithdrawnAsync(plan.Image, cancellationToken);
        WithdrawalEntry? before = record.Entries.LastOrDefault(entry => entry.Release == plan.Release && entry.Reason == plan.Reason);
        WithdrawalEntry entry = new()
        {
            Release = plan.Release,
            Reason = plan.Reason,
            Time = before?.Time ?? time.GetUtcNow(),
            Subjects = [.. plan.Subjects.Select(subject => subject.Digest)],
            Destinations =
            [
                .. plan.Destinations.Select(destination =>
                    Merged(
                        before,
                        new WithdrawnDestination(destination.Repository.Name, [], [.. destination.Tags.Order(StringComparer.Ordinal)])
                    )
                ),
            ],
        };
        await records.KeepAsync(record.With(entry), cancellationToken);
        ImmutableArray<WithdrawnDestination> done = await withdrawal.CarryOutAsync(plan, cancellationToken);
        entry = entry with { Destinations = [.. done.Select(destination => Merged(before, destination))] };
        await records.KeepAsync(record.With(entry), cancellationToken);
        return new WithdrawalOutcome(plan, entry, records.WithdrawnFile(plan.Image));
    }

    /// <summary>What an earlier run removed stays written down; what stood then and does not now is gone, too.</summary>
    private static WithdrawnDestination Merged(WithdrawalEntry? before, WithdrawnDestination now)
    {
        WithdrawnDestination? old = before?.Destinations.FirstOrDefault(destination => destination.Repository == now.Repository);
        IEnumerable<string> removed = now.Removed.Union(old?.Removed ?? []).Union(old?.Standing ?? []).Except(now.Standing);
        return now with { Removed = [.. removed.Order(StringComparer.Ordinal)] };
    }
}
