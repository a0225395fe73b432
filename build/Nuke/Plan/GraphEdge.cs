using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>Why a target runs before another; the name is the edge's class in the drawing.</summary>
internal enum EdgeKind
{
    Needs,
    Triggers,
    Order,
}

/// <summary>An arrow of the target graph, from what runs first to what runs later.</summary>
internal sealed record GraphEdge(ExecutableTarget From, ExecutableTarget To, EdgeKind Kind)
{
    /// <summary>The arrows between these targets, without those of mere order that other arrows imply.</summary>
    public static IReadOnlyList<GraphEdge> Between(IReadOnlyList<ExecutableTarget> targets)
    {
        List<GraphEdge> edges = [];
        foreach (ExecutableTarget to in targets)
        {
            edges.AddRange(
                to.AllDependencies.Distinct()
                    .Where(targets.Contains)
                    .Select(from => new GraphEdge(
                        from,
                        to,
                        to.ExecutionDependencies.Contains(from) ? EdgeKind.Needs
                            : to.TriggerDependencies.Contains(from) ? EdgeKind.Triggers
                            : EdgeKind.Order
                    ))
            );
        }

        return [.. edges.Where(x => x.Kind != EdgeKind.Order || !IsImplied(x, edges))];
    }

    private static bool IsImplied(GraphEdge edge, List<GraphEdge> edges)
    {
        HashSet<ExecutableTarget> seen = [];
        Stack<ExecutableTarget> open = new(edges.Where(x => x.From == edge.From && x != edge).Select(x => x.To));
        while (open.TryPop(out ExecutableTarget? at))
        {
            if (at == edge.To)
                return true;
            if (seen.Add(at))
                foreach (GraphEdge next in edges.Where(x => x.From == at))
                    open.Push(next.To);
        }

        return false;
    }
}
