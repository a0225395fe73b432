using System.Collections.Immutable;

namespace Slipway.Pages;

/// <summary>The sizes of a platform's layers and of what is in them, as a treemap; the same numbers stand in a table below it.</summary>
internal static class SizeDrawing
{
    /// <summary>How wide the drawing is for its height on a wide screen.</summary>
    private const double Aspect = 1.6;

    /// <summary>Of the drawing, in pixels, as the style has it at least: on a wide screen, and on a phone.</summary>
    private const double WideWidth = 460,
        NarrowWidth = 290,
        Height = 288;

    /// <summary>Of a label's letters and lines with what is around them, in pixels.</summary>
    private const double Letter = 7,
        Margin = 12,
        OneLine = 22,
        TwoLines = 38;

    /// <summary>Of a platform's bytes: whose share is smaller is drawn together with the others like it; the table names each.</summary>
    private const double LeastShare = 0.0005;

    /// <summary>More hues than the style has are taken again from the first.</summary>
    private const int Hues = 6;

    public static Html Of(ReportedPlatform platform)
    {
        LayerSizes[] layers = [.. LayerSizes.Of(platform).Where(layer => layer.Unpacked > 0)];
        if (layers.Length == 0)
            return Html.Empty;
        long all = layers.Sum(layer => layer.Unpacked);
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
            {ordered.Select((x, i) => Layer(x.Layer, all, x.Hue, areas[i]))}</svg>
            <ul class="legend">{layers.Select((layer, i) => Legend(layer, i % Hues))}</ul>
            {Table(platform, layers)}
            </figure>

            """
        );
    }

    /// <summary>The owners that are drawn, those too small together as the last ones.</summary>
    private static ImmutableArray<OwnedBytes> Drawn(LayerSizes layer, long all)
    {
        OwnedBytes[] small = [.. layer.Owners.Where(owner => owner.Bytes < all * LeastShare)];
        return small.Length < 2
            ? layer.Owners
            :
            [
                .. layer
                    .Owners.Except(small)
                    .Append(new OwnedBytes(Words.Count(small.Length, "other"), small.Sum(owner => owner.Bytes)))
                    .OrderByDescending(owner => owner.Bytes),
            ];
    }

    private static Html Layer(LayerSizes layer, long all, int hue, Area area)
    {
        ImmutableArray<OwnedBytes> drawn = Drawn(layer, all);
        var areas = new Treemap([.. drawn.Select(owner => owner.Bytes)], Aspect).Divide(area);
        return Html.Of($"""<g class="hue{hue}">{drawn.Select((owner, i) => Cell(layer, owner, areas[i]))}</g>""");
    }

    private static Html Cell(LayerSizes layer, OwnedBytes owner, Area area) =>
        Html.Of(
            $"""<svg x="{area.Left}%" y="{area.Top}%" width="{area.Width}%" height="{area.Height}%"><title>{owner.Label}: {Words.Size(owner.Bytes)} in layer {layer.Name}</title><rect width="100%" height="100%"/>{Label(owner, area)}</svg>"""
        );

    private static Html Label(OwnedBytes owner, Area area)
    {
        string size = Words.Size(owner.Bytes);
        double needed = (Math.Max(owner.Label.Length, size.Length) * Letter) + Margin,
            height = area.Height * Height / 100;
        if (area.Width * WideWidth / 100 < needed || height < OneLine)
            return Html.Empty;
        Html second = height < TwoLines ? Html.Empty : Html.Of($"""<tspan x="6" dy="1.25em">{size}</tspan>""");
        return Html.Of(
            $"""<text class="{(area.Width * NarrowWidth / 100 < needed ? "wide" : "always")}" x="6" y="16">{owner.Label}{second}</text>"""
        );
    }

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
