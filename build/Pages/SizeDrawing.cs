namespace Slipway.Pages;

/// <summary>The sizes of a platform's layers and of what is in them, as a treemap; the same numbers stand in a table below it.</summary>
internal static class SizeDrawing
{
    /// <summary>How wide the drawing is for its height on a wide screen.</summary>
    private const double Aspect = 2.6;

    /// <summary>In per cent of the drawing: smaller rectangles have no label.</summary>
    private const double LeastWidth = 7,
        LeastHeight = 7;

    /// <summary>More hues than the style has are taken again from the first.</summary>
    private const int Hues = 6;

    public static Html Of(ReportedPlatform platform)
    {
        LayerSizes[] layers = [.. LayerSizes.Of(platform).Where(layer => layer.Unpacked > 0)];
        if (layers.Length == 0)
            return Html.Empty;
        (LayerSizes Layer, int Hue)[] ordered =
        [
            .. layers.Select((layer, i) => (layer, i % Hues)).OrderByDescending(x => x.layer.Unpacked),
        ];
        var areas = new Treemap([.. ordered.Select(x => x.Layer.Unpacked)], Aspect).Divide(Area.Whole);
        string label = string.Join("; ", layers.Select(layer => $"layer {layer.Name} {Words.Size(layer.Unpacked)}"));
        return Html.Of(
            $"""
            <figure class="sizes">
            <figcaption><b>{platform.Image.Platform.ToString()}</b> {Words.Size(platform.Compressed)} compressed, {Words.Size(
                layers.Sum(layer => layer.Unpacked)
            )} unpacked</figcaption>
            <svg class="treemap" role="img" aria-label="Unpacked sizes on {platform.Image.Platform.ToString()}: {label}">
            {ordered.Select((x, i) => Layer(x.Layer, x.Hue, areas[i]))}</svg>
            <ul class="legend">{layers.Select((layer, i) => Legend(layer, i % Hues))}</ul>
            {Table(platform, layers)}
            </figure>

            """
        );
    }

    private static Html Layer(LayerSizes layer, int hue, Area area)
    {
        var areas = new Treemap([.. layer.Owners.Select(owner => owner.Bytes)], Aspect).Divide(area);
        return Html.Of($"""<g class="hue{hue}">{layer.Owners.Select((owner, i) => Cell(layer, owner, areas[i]))}</g>""");
    }

    private static Html Cell(LayerSizes layer, OwnedBytes owner, Area area) =>
        Html.Of(
            $"""<svg x="{area.Left}%" y="{area.Top}%" width="{area.Width}%" height="{area.Height}%"><title>{owner.Label}: {Words.Size(owner.Bytes)} in layer {layer.Name}</title><rect width="100%" height="100%"/>{Label(owner, area)}</svg>"""
        );

    private static Html Label(OwnedBytes owner, Area area) =>
        area is { Width: >= LeastWidth, Height: >= LeastHeight }
            ? Html.Of(
                $"""<text class="{(area.Width >= 3 * LeastWidth ? "" : "wide")}" x="7" y="17">{owner.Label}<tspan x="7" dy="1.25em">{Words.Size(owner.Bytes)}</tspan></text>"""
            )
            : Html.Empty;

    private static Html Legend(LayerSizes layer, int hue) =>
        Html.Of(
            $"""<li><span class="swatch hue{hue}"></span>{layer.Name} <span class="dim">{Words.Size(layer.Compressed)} compressed</span></li>"""
        );

    private static Html Table(ReportedPlatform platform, LayerSizes[] layers) =>
        Html.Of(
            $"""
            <details><summary>The same as a table</summary>
            <div class="scroll" role="region" tabindex="0" aria-label="Sizes on {platform.Image.Platform.ToString()}"><table>
            <thead><tr><th scope="col">Layer</th><th scope="col">Content</th><th scope="col" class="number">Unpacked</th></tr></thead>
            <tbody>{layers.SelectMany(layer => layer.Owners.Select(owner => Row(layer, owner)))}</tbody></table></div></details>
            """
        );

    private static Html Row(LayerSizes layer, OwnedBytes owner) =>
        Html.Of(
            $"""
            <tr><td>{layer.Name}</td><th scope="row">{owner.Label}</th><td class="number">{Words.Size(owner.Bytes)}</td></tr>

            """
        );
}
