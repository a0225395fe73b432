namespace Slipway.Pages;

/// <summary>When each step of a run began and how long it took, as bars over time; every bar stands in a row of a table.</summary>
internal static class TimelineChart
{
    public static Html Of(Timeline timeline)
    {
        TimeSpan all = timeline.Steps.Select(step => step.Ended).DefaultIfEmpty().Max();
        double scale = 100 / Math.Max(1, all.TotalMilliseconds);
        return Html.Of(
            $"""
            <section class="timeline" id="timeline" aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline</h2>
            <p>{Words.Count(timeline.Steps.Length, "step")} in {Words.Time(all)}.</p>
            <div class="scroll" role="region" tabindex="0" aria-label="Steps"><table class="bars">
            <thead><tr><th scope="col">Step</th><th scope="col" class="number">Began</th><th scope="col" class="number">Took</th><th scope="col" class="bar"><span class="hidden">Chart</span></th><th scope="col">Waited for</th></tr></thead>
            <tbody>{timeline.Steps.Select(step => Row(step, scale))}</tbody></table></div></section>

            """
        );
    }

    private static Html Row(TimedStep step, double scale) =>
        Html.Of(
            $"""
            <tr><th scope="row">{step.Name} <span class="dim">{step.Image}</span></th><td class="number">{Words.Time(
                step.Began
            )}</td><td class="number">{Words.Time(step.Took)}</td><td class="bar"><svg aria-hidden="true"><rect class="{(
                step.Status == "Failed" ? "failed" : "ran"
            )}" x="{step.Began.TotalMilliseconds * scale}%" width="{Math.Max(
                0.4,
                step.Took.TotalMilliseconds * scale
            )}%" height="100%" rx="2"/></svg></td><td>{(
                step.Status == "Succeeded" ? Html.Empty : Html.Of($"""<span class="dim">{step.Status}</span> """)
            )}{string.Join(", ", step.After)}</td></tr>

            """
        );
}
