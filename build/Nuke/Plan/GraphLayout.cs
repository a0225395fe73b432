using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>
/// Where the boxes and arrows of a target graph stand: rows from what runs first down to what runs last, each row in the order that keeps
/// its arrows short. An arrow over several rows passes through a gap of its own in each. Lengths are pixels; same graph, same places.
/// </summary>
internal sealed class GraphLayout
{
    public const double BoxHeight = 40;
    private const double RowHeight = 96;
    private const double Gap = 28;
    private const double GapWidth = 8;
    private const double Margin = 16;
    private const int Sweeps = 8;

    private readonly List<List<Slot>> _rows = [];
    private readonly Dictionary<ExecutableTarget, Slot> _boxes = [];
    private readonly List<(GraphEdge Edge, List<Slot> Way)> _ways = [];

    /// <param name="ordered">No target stands before one that it depends on.</param>
    public GraphLayout(IReadOnlyList<ExecutableTarget> ordered)
    {
        IReadOnlyList<GraphEdge> edges = GraphEdge.Between(ordered);
        foreach (ExecutableTarget target in ordered)
        {
            int row = edges.Where(x => x.To == target).Select(x => _boxes[x.From].Row + 1).DefaultIfEmpty(0).Max();
            _boxes[target] = Put(new Slot(row, BoxWidth(target)));
        }

        foreach (GraphEdge edge in edges)
            _ways.Add((edge, Way(_boxes[edge.From], _boxes[edge.To])));
        for (int sweep = 0; sweep < Sweeps; sweep++)
            Sort(isDown: sweep % 2 == 0);
        Width = _rows.Select(RowWidth).DefaultIfEmpty(0).Max() + (2 * Margin);
        Height = (_rows.Count * RowHeight) - (RowHeight - BoxHeight) + (2 * Margin);
        foreach (List<Slot> row in _rows)
            Place(row);
    }

    public double Width { get; }
    public double Height { get; }

    /// <summary>The arrows, each by the points it passes, from the lower edge of a box to the upper edge of another.</summary>
    public IEnumerable<(GraphEdge Edge, IReadOnlyList<(double X, double Y)> Points)> Arrows =>
        _ways.Select(x =>
            (x.Edge, (IReadOnlyList<(double X, double Y)>)[.. x.Way.SelectMany((slot, i) => Points(slot, i == 0, i == x.Way.Count - 1))])
        );

    /// <summary>Middle and upper edge of the target's box.</summary>
    public (double X, double Y) Of(ExecutableTarget target) => (_boxes[target].X, Top(_boxes[target]));

    /// <summary>Room for the name in a 14 pixel font.</summary>
    public static double BoxWidth(ExecutableTarget target) => Math.Max(112, (target.Name.Length * 9) + 52);

    private static double Top(Slot slot) => Margin + (slot.Row * RowHeight);

    private static IEnumerable<(double X, double Y)> Points(Slot slot, bool isFirst, bool isLast)
    {
        if (!isFirst)
            yield return (slot.X, Top(slot));
        if (!isLast)
            yield return (slot.X, Top(slot) + BoxHeight);
    }

    private static double RowWidth(List<Slot> row) => row.Sum(x => x.Width) + (Gap * (row.Count - 1));

    private Slot Put(Slot slot)
    {
        while (_rows.Count <= slot.Row)
            _rows.Add([]);
        _rows[slot.Row].Add(slot);
        return slot;
    }

    private List<Slot> Way(Slot from, Slot to)
    {
        List<Slot> way = [from];
        for (int row = from.Row + 1; row < to.Row; row++)
            way.Add(Put(new Slot(row, GapWidth)));
        way.Add(to);
        for (int i = 1; i < way.Count; i++)
        {
            way[i - 1].Below.Add(way[i]);
            way[i].Above.Add(way[i - 1]);
        }

        return way;
    }

    /// <summary>Each slot goes to the mean place of its neighbours in the row before; one without neighbours keeps its place.</summary>
    private void Sort(bool isDown)
    {
        foreach (List<Slot> row in _rows)
            Number(row);
        foreach (List<Slot> row in isDown ? _rows : Enumerable.Reverse(_rows))
        {
            List<Slot> sorted = [.. row.OrderBy(x => (isDown ? x.Above : x.Below).Select(y => y.Place).DefaultIfEmpty(x.Place).Average())];
            row.Clear();
            row.AddRange(sorted);
            Number(row);
        }

        static void Number(List<Slot> row)
        {
            for (int i = 0; i < row.Count; i++)
                row[i].Place = i - ((row.Count - 1) / 2.0);
        }
    }

    private void Place(List<Slot> row)
    {
        double x = (Width - RowWidth(row)) / 2;
        foreach (Slot slot in row)
        {
            slot.X = x + (slot.Width / 2);
            x += slot.Width + Gap;
        }
    }

    /// <summary>A box, or the gap in a row through which an arrow passes.</summary>
    private sealed class Slot(int row, double width)
    {
        public int Row => row;
        public double Width => width;
        public List<Slot> Above { get; } = [];
        public List<Slot> Below { get; } = [];
        public double Place { get; set; }
        public double X { get; set; }
    }
}
