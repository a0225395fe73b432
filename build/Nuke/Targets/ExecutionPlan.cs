namespace Nuke.Common.Execution;

/// <summary>Which targets run, and in which order.</summary>
internal static class ExecutionPlan
{
    /// <summary>
    /// The invoked targets (the default ones when none is named), what they depend on and what these trigger, each after everything it
    /// depends on, is ordered after or is triggered by. Where that leaves a choice, the one declared first goes first; the order on the
    /// command line plays no part. An order that leads through a target which is not in the plan still counts.
    /// </summary>
    /// <exception cref="BuildUsageException">The targets stand in a ring.</exception>
    public static IReadOnlyList<ExecutableTarget> Of(IReadOnlyList<ExecutableTarget> all, IReadOnlyList<ExecutableTarget> invoked)
    {
        HashSet<ExecutableTarget> needed = [];
        Stack<ExecutableTarget> open = new(invoked.Count > 0 ? invoked : all.Where(x => x.IsDefault));
        while (open.TryPop(out ExecutableTarget? target))
        {
            if (needed.Add(target))
                foreach (ExecutableTarget other in target.ExecutionDependencies.Concat(target.Triggers))
                    open.Push(other);
        }

        return [.. Ordered(all).Where(needed.Contains)];
    }

    /// <summary>All targets in the order in which they would run together.</summary>
    /// <exception cref="BuildUsageException">The targets stand in a ring.</exception>
    public static IReadOnlyList<ExecutableTarget> Ordered(IReadOnlyList<ExecutableTarget> all)
    {
        List<ExecutableTarget> waiting = [.. all];
        HashSet<ExecutableTarget> placed = [];
        List<ExecutableTarget> order = [];
        while (waiting.Count > 0)
        {
            ExecutableTarget next = waiting.FirstOrDefault(x => x.AllDependencies.All(placed.Contains))
                ?? throw new BuildUsageException(
                    $"the build's targets depend on each other: {Ring(waiting[0], placed)}; remove one of these dependencies"
                );
            waiting.Remove(next);
            placed.Add(next);
            order.Add(next);
        }

        return order;
    }

    /// <summary>Walks unmet dependencies until one comes back: every target that waits has one, so the walk ends in a ring.</summary>
    private static string Ring(ExecutableTarget start, HashSet<ExecutableTarget> placed)
    {
        List<ExecutableTarget> path = [];
        ExecutableTarget at = start;
        while (!path.Contains(at))
        {
            path.Add(at);
            at = at.AllDependencies.First(x => !placed.Contains(x));
        }

        return string.Join(" -> ", path.SkipWhile(x => x != at).Append(at).Select(x => x.Name));
    }
}
