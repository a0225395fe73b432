using System.Globalization;
using System.Net;
using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>
/// The target graph as one HTML page that needs nothing else: a drawing, what the call runs in order, and the other targets. It is
/// well-formed XML too. It holds names and descriptions, and no value of any parameter.
/// </summary>
/// <param name="all">In declaration order.</param>
/// <param name="plan">In running order.</param>
/// <param name="command">The call without <c>--plan</c>.</param>
internal sealed class PlanPage(IReadOnlyList<ExecutableTarget> all, IReadOnlyList<ExecutableTarget> plan, string command)
{
    public override string ToString()
    {
        List<ExecutableTarget> shown = [.. ExecutionPlan.Ordered(all).Where(x => x.Listed || plan.Contains(x))];
        List<ExecutableTarget> others = [.. all.Where(x => shown.Contains(x) && !plan.Contains(x))];
        StringBuilder html = new();
        html.Append(
            CultureInfo.InvariantCulture,
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <title>{Text(command)}: target graph</title>
            <style>{PlanStyle.Css}</style>
            </head>
            <body>
            <header><h1>Target graph</h1>
            <p><code>{Text(command)}</code> runs {plan.Count} of {shown.Count} targets.</p></header>
            <figure>

            """
        );
        html.Append(new PlanDrawing(shown, plan));
        html.Append(
            """
            <figcaption><span class="key in"></span>in this run
            <span class="key out"></span>not in this run
            <span class="line needs"></span>depends on
            <span class="line triggers"></span>triggers
            <span class="line order"></span>order only</figcaption>
            </figure>

            """
        );
        AppendTable(html, "In this order", plan, isNumbered: true);
        if (others.Count > 0)
            AppendTable(html, "Other targets", others, isNumbered: false);
        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Safe between tags and in a quoted attribute.</summary>
    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    private void AppendTable(StringBuilder html, string title, IReadOnlyList<ExecutableTarget> targets, bool isNumbered)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section><h2>{title}</h2>\n<table>\n");
        for (int i = 0; i < targets.Count; i++)
        {
            ExecutableTarget target = targets[i];
            string number = isNumbered ? (i + 1).ToString(CultureInfo.InvariantCulture) : "";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"number\">{number}</td><th scope=\"row\">{Text(target.Name)}</th>")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<td>{Text(target.Description)}<small>{Text(TargetWords.Of(target, isNumbered ? plan : all))}</small></td></tr>\n"
                );
        }

        html.Append("</table></section>\n");
    }
}
