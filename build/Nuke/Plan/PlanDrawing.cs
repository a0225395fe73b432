using System.Globalization;
using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>The picture of a target graph, as an SVG element to stand in a page with <see cref="PlanStyle"/>.</summary>
/// <param name="shown">No target stands before one that it depends on.</param>
/// <param name="plan">What the run would run, in order: numbered, and filled with the page's strong colour.</param>
internal sealed class PlanDrawing(IReadOnlyList<ExecutableTarget> shown, IReadOnlyList<ExecutableTarget> plan)
{
    private readonly GraphLayout _layout = new(shown);

    public override string ToString()
    {
        StringBuilder svg = new();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"Target graph\" width=\"{_layout.Width:0.#}\" "
                + $"height=\"{_layout.Height:0.#}\" viewBox=\"0 0 {_layout.Width:0.#} {_layout.Height:0.#}\">"
        );
        svg.AppendLine("<defs>");
        foreach (string kind in Enum.GetNames<EdgeKind>().Select(x => x.ToLowerInvariant()))
            svg.AppendLine(
                $"<marker id=\"{kind}\" class=\"{kind}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" "
                    + "markerWidth=\"10\" markerHeight=\"10\" orient=\"auto\"><path d=\"M0 1 10 5 0 9z\"/></marker>"
            );
        svg.AppendLine("</defs>");
        foreach ((GraphEdge edge, IReadOnlyList<(double X, double Y)> points) in _layout.Arrows)
            AppendArrow(svg, edge, points);
        foreach (ExecutableTarget target in shown)
            AppendBox(svg, target);
        return svg.AppendLine("</svg>").ToString();
    }

    private void AppendArrow(StringBuilder svg, GraphEdge edge, IReadOnlyList<(double X, double Y)> points)
    {
        string kind = edge.Kind.ToString().ToLowerInvariant();
        string faint = plan.Contains(edge.From) && plan.Contains(edge.To) ? "" : " faint";
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"edge {kind}{faint}\" marker-end=\"url(#{kind})\" d=\"M{points[0].X:0.#} {points[0].Y:0.#}"
        );
        for (int i = 1; i < points.Count; i++)
        {
            (double x, double y) = points[i];
            double middle = (points[i - 1].Y + y) / 2;
            svg.Append(CultureInfo.InvariantCulture, $" C{points[i - 1].X:0.#} {middle:0.#} {x:0.#} {middle:0.#} {x:0.#} {y:0.#}");
        }

        svg.AppendLine($"\"><title>{PlanPage.Text(Words(edge))}</title></path>");
    }

    private void AppendBox(StringBuilder svg, ExecutableTarget target)
    {
        (double x, double y) = _layout.Of(target);
        double width = GraphLayout.BoxWidth(target);
        int number = plan.ToList().IndexOf(target) + 1;
        svg.Append(
                CultureInfo.InvariantCulture,
                $"<g class=\"target {(number > 0 ? "in" : "out")}\"><title>{PlanPage.Text(target.Description ?? target.Name)}</title>"
            )
            .Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{x - (width / 2):0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{GraphLayout.BoxHeight:0.#}\" rx=\"8\"/>"
            )
            .Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{x:0.#}\" "
                    + $"y=\"{y + 25:0.#}\">{(number > 0 ? $"<tspan class=\"number\">{number}</tspan> " : "")}{PlanPage.Text(target.Name)}</text></g>\n"
            );
    }

    private static string Words(GraphEdge edge) =>
        edge.Kind switch
        {
            EdgeKind.Needs => $"{edge.To.Name} depends on {edge.From.Name}",
            EdgeKind.Triggers => $"{edge.From.Name} triggers {edge.To.Name}",
            _ => $"{edge.To.Name} runs after {edge.From.Name} when both run",
        };
}
