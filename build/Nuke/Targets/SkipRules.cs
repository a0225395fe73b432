namespace Nuke.Common.Execution;

/// <summary>What is left out of a plan before its first target starts, and why.</summary>
internal sealed class SkipRules(IReadOnlyList<ExecutableTarget> plan)
{
    /// <summary>
    /// Applies <c>--skip</c>: null when it was not given, empty to skip all but the invoked targets. An invoked target is never skipped by
    /// it.
    /// </summary>
    public void Apply(IReadOnlyList<ExecutableTarget>? named)
    {
        if (named is null)
            return;
        foreach (ExecutableTarget target in plan.Where(x => !x.Invoked && (named.Count == 0 || named.Contains(x))))
            Skip(target, "--skip");
    }

    public void ApplyStaticConditions()
    {
        foreach (ExecutableTarget target in plan.Where(x => x.Status == ExecutionStatus.Scheduled))
        {
            if (Unmet(target.Definition.StaticConditions) is { } reason)
                Skip(target, reason);
        }
    }

    /// <summary>Checks the conditions of a target that is about to start; what only it triggers is skipped with it.</summary>
    public bool ApplyDynamicConditions(ExecutableTarget target)
    {
        if (target.Status == ExecutionStatus.Scheduled && Unmet(target.Definition.DynamicConditions) is { } reason)
            Skip(target, reason);
        return target.Status == ExecutionStatus.Skipped;
    }

    /// <summary>The texts of the conditions that do not hold, joined as the code would join them; null when all hold.</summary>
    private static string? Unmet(IEnumerable<Condition> conditions)
    {
        string reason = string.Join(" && ", conditions.Where(x => !x.Holds()).Select(x => x.Text));
        return reason.Length == 0 ? null : "only when " + reason;
    }

    private void Skip(ExecutableTarget target, string reason)
    {
        if (target.Status != ExecutionStatus.Scheduled)
            return;
        target.Status = ExecutionStatus.Skipped;
        target.Skipped = reason;
        if (target.Definition.DependencyBehavior == DependencyBehavior.Execute)
            return;
        foreach (ExecutableTarget dependency in target.ExecutionDependencies.Concat(target.Triggers).Where(x => !x.Invoked && !IsNeeded(x)))
            Skip(dependency, $"because of {target.Name}");
    }

    private bool IsNeeded(ExecutableTarget dependency) =>
        plan.Any(x =>
            x.Status == ExecutionStatus.Scheduled && (x.ExecutionDependencies.Contains(dependency) || x.Triggers.Contains(dependency))
        );
}
