using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What the target <c>Withdraw</c> did, for people and programs.</summary>
internal static class WithdrawalView
{
    /// <summary>What would go from where, before anything does.</summary>
    public static void Preview(Report report, IReadOnlyList<WithdrawalPlan> plans) =>
        report.Table(
            ["repository", "release", "tags to go"],
            from plan in plans
            from destination in plan.Destinations
            select (IReadOnlyList<string>)[destination.Repository.Name, plan.Release, Lines(destination.Tags)]
        );

    /// <summary>The same to the log.</summary>
    public static void Log(Report report, IReadOnlyList<WithdrawalPlan> plans)
    {
        foreach (
            (WithdrawalPlan plan, PlannedWithdrawal destination) in from plan in plans
            from destination in plan.Destinations
            select (plan, destination)
        )
            report.Line(
                $"{plan.Image} {plan.Release}: {(destination.Tags.IsEmpty ? "no tag exists on" : $"{string.Join(", ", destination.Tags)} {(destination.IsByHand ? "are to be taken by hand off" : "go from")}")} {destination.Repository.Name}"
            );
    }

    /// <summary>The same for programs.</summary>
    public static byte[] PreviewJson(IReadOnlyList<WithdrawalPlan> plans) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (WithdrawalPlan plan in plans)
            {
                writer.WriteStartObject();
                writer.WriteString("image", plan.Image);
                writer.WriteString("release", plan.Release);
                writer.WriteStartArray("destinations");
                foreach (PlannedWithdrawal destination in plan.Destinations)
                {
                    writer.WriteStartObject();
                    writer.WriteString("repository", destination.Repository.Name);
                    writer.WriteStartArray("tags");
                    foreach (string tag in destination.Tags)
                        writer.WriteStringValue(tag);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <summary>A line for each repository; on the log what is left to do and what nodes may still hold.</summary>
    public static void Show(Report report, IReadOnlyList<WithdrawalOutcome> outcomes)
    {
        report.Table(
            ["repository", "release", "gone", "standing"],
            from outcome in outcomes
            from destination in outcome.Entry.Destinations
            select (IReadOnlyList<string>)
                [destination.Repository, outcome.Entry.Release, Lines(destination.Removed), Lines(destination.Standing)]
        );
        foreach (WithdrawalOutcome outcome in outcomes)
        {
            report.Line($"{outcome.Plan.Image}: recorded in {outcome.File}: {outcome.Entry.Reason}");
            report.Line(
                "Content and signatures stay: pulls by digest still work, caches and mirrors may still serve the tags, and nodes "
                    + "that pulled the image keep it."
            );
            report.Line("Nodes may still hold (crictl images --digests; a pod's status.containerStatuses[].imageID):");
            foreach (Descriptor subject in outcome.Plan.Subjects)
                report.Line(
                    $"  {subject.Digest} {subject.Platform?.ToString() ?? (subject.Digest == outcome.Plan.Subjects[0].Digest ? "index" : "")}"
                );
        }
    }

    public static byte[] Json(IReadOnlyList<WithdrawalOutcome> outcomes) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (WithdrawalOutcome outcome in outcomes)
            {
                writer.WriteStartObject();
                writer.WriteString("image", outcome.Plan.Image);
                writer.WriteString("record", outcome.File);
                writer.WritePropertyName("withdrawal");
                outcome.Entry.Write(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <exception cref="WorkflowException">69: a registry deletes no tags through the protocol; says what to do by hand.</exception>
    public static void RequireGone(IReadOnlyList<WithdrawalOutcome> outcomes)
    {
        PlannedWithdrawal[] byHand = [.. outcomes.SelectMany(outcome => outcome.ByHand)];
        if (byHand.Length > 0)
            throw new WorkflowException(
                string.Join(
                    '\n',
                    byHand.Select(destination =>
                        $"{destination.Repository.Name}: {destination.Tags.Length} tags stand, which only a person can "
                        + $"delete: {destination.Advice}. Then run the same command again"
                    )
                ),
                FailureKind.Unavailable
            );
    }

    private static string Lines(ImmutableArray<string> tags) => tags.IsEmpty ? "-" : string.Join('\n', tags);
}
