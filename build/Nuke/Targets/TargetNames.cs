using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>Finds targets by the names people type; letter case and dashes do not matter.</summary>
internal sealed class TargetNames(IReadOnlyList<ExecutableTarget> targets)
{
    public IReadOnlyList<ExecutableTarget> All => targets;

    /// <summary>
    /// Marks these targets as invoked and gives the plan of the run: theirs, or that of the default targets when none is named.
    /// </summary>
    /// <exception cref="BuildUsageException">A name is no target's.</exception>
    public IReadOnlyList<ExecutableTarget> Plan(IEnumerable<string> names)
    {
        foreach (string name in names)
            Find(name).Invoked = true;
        return ExecutionPlan.Of(targets, [.. targets.Where(x => x.Invoked)]);
    }

    /// <summary>What <c>--skip</c> names; null when it was not given.</summary>
    /// <exception cref="BuildUsageException">A name is no target's, or that of an invoked target.</exception>
    public IReadOnlyList<ExecutableTarget>? Skipped(IEnumerable<string>? names)
    {
        IReadOnlyList<ExecutableTarget>? skipped = names is null ? null : [.. names.Select(Find)];
        return skipped?.FirstOrDefault(x => x.Invoked) is { } both
            ? throw new BuildUsageException($"target {both.Name} is both named and skipped; remove one")
            : skipped;
    }

    private ExecutableTarget Find(string name) =>
        targets.FirstOrDefault(x => KebabName.Same(x.Name, name))
        ?? throw new BuildUsageException(
            $"unknown target {name}; "
                + (
                    NearestName.Of(name, targets.Select(x => x.Name)) is { } nearest
                        ? $"did you mean {nearest}?"
                        : $"there are {string.Join(", ", targets.Where(x => x.Listed).Select(x => x.Name))}"
                )
        );
}
