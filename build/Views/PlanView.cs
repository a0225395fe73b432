using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;

namespace Slipway.Views;

/// <summary>A plan of publication for people; programs read <see cref="PlanDocument"/>.</summary>
internal static class PlanView
{
    /// <summary>A line for each destination and tag.</summary>
    public static void Show(Report report, ReleasePlan plan)
    {
        report.Line($"{plan.Image} {plan.Release}: {plan.Index.Digest}");
        if (plan.StandIn is not null)
            report.Line($"{plan.Image}: holds stand-ins for {plan.StandIn}: for a rehearsal only");
        if (plan.RehearsalOnly is not null)
            report.Line($"{plan.Image}: for a rehearsal only: {plan.RehearsalOnly}");
        foreach (Reference leftOut in plan.LeftOut)
            report.Line($"{plan.Image}: {leftOut.Name} is left out");
        report.Table(
            ["repository", "tag", "platform", "digest"],
            from destination in plan.Destinations
            from tag in plan.Tags
            select (IReadOnlyList<string>)
                [
                    destination.Name,
                    tag.Moves ? tag.Name + " (moves)" : tag.Name,
                    tag.Platform?.ToString() ?? "index",
                    plan.SubjectOf(tag).Digest.ToString(),
                ]
        );
    }
}
