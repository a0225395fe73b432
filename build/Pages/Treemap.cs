using System.Collections.Immutable;

namespace Slipway.Pages;

/// <summary>A rectangle of a drawing, in per cent of its width and height.</summary>
internal readonly record struct Area(double Left, double Top, double Width, double Height)
{
    public static Area Whole { get; } = new(0, 0, 100, 100);
}

/// <summary>
/// Divides an area among sizes so that each gets its share in as square a shape as can be: a squarified treemap (Bruls, Huizing, van Wijk:
/// Squarified Treemaps, 2000).
/// </summary>
/// <param name="sizes">Positive, the largest first.</param>
/// <param name="aspect">How much wider a per cent of the drawing's width is than one of its height.</param>
internal sealed class Treemap(IReadOnlyList<long> sizes, double aspect)
{
    /// <returns>One for each size, in the same order; together they fill the area, and none lies over another.</returns>
    public ImmutableArray<Area> Divide(Area area)
    {
        var areas = ImmutableArray.CreateBuilder<Area>(sizes.Count);
        double rest = Sum(0, sizes.Count);
        for (int at = 0; at < sizes.Count; at = areas.Count)
        {
            int end = EndOfRow(at, rest, area);
            double row = Sum(at, end);
            bool isColumn = area.Width * aspect >= area.Height;
            double thick = (isColumn ? area.Width : area.Height) * row / rest;
            areas.AddRange(isColumn ? Column(at, end, area with { Width = thick }) : Row(at, end, area with { Height = thick }));
            area = isColumn
                ? area with
                {
                    Left = area.Left + thick,
                    Width = area.Width - thick,
                }
                : area with
                {
                    Top = area.Top + thick,
                    Height = area.Height - thick,
                };
            rest -= row;
        }

        return areas.ToImmutable();
    }

    /// <summary>How many of the next sizes stand side by side: as many as make the worst of them squarer.</summary>
    private int EndOfRow(int at, double rest, Area area)
    {
        double scale = area.Width * aspect * area.Height / rest,
            side = Math.Pow(Math.Min(area.Width * aspect, area.Height), 2),
            sum = 0,
            worst = double.PositiveInfinity;
        for (int i = at; i < sizes.Count; i++)
        {
            sum += sizes[i] * scale;
            double now = Math.Max(side * sizes[at] * scale / (sum * sum), sum * sum / (side * sizes[i] * scale));
            if (now > worst)
                return i;
            worst = now;
        }

        return sizes.Count;
    }

    private IEnumerable<Area> Column(int at, int end, Area area)
    {
        double scale = area.Height / Sum(at, end),
            top = area.Top;
        for (int i = at; i < end; top += sizes[i++] * scale)
            yield return area with
            {
                Top = top,
                Height = sizes[i] * scale,
            };
    }

    private IEnumerable<Area> Row(int at, int end, Area area)
    {
        double scale = area.Width / Sum(at, end),
            left = area.Left;
        for (int i = at; i < end; left += sizes[i++] * scale)
            yield return area with
            {
                Left = left,
                Width = sizes[i] * scale,
            };
    }

    private double Sum(int at, int end) => Enumerable.Range(at, end - at).Sum(i => (double)sizes[i]);
}
