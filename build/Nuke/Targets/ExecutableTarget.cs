using System.Linq.Expressions;

namespace Nuke.Common.Execution;

/// <summary>A target of one run: what was declared, and how far it came. Changed by the kernel alone.</summary>
public sealed class ExecutableTarget
{
    internal ExecutableTarget(string name, Target factory, TargetDefinition definition, bool isDefault)
    {
        (Name, Factory, Definition, IsDefault) = (name, factory, definition, isDefault);
    }

    /// <summary>The property's name.</summary>
    public string Name { get; }
    public string? Description => Definition.Text;
    public bool Listed => !Definition.IsUnlisted;
    public bool IsDefault { get; }

    /// <summary>Named by the user, not merely a dependency or the default.</summary>
    public bool Invoked { get; internal set; }
    public ExecutionStatus Status { get; internal set; }

    /// <summary>Running time so far; zero for a target that never ran.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Why the target was skipped, in words for the summary; null when it was not.</summary>
    public string? Skipped { get; internal set; }

    /// <summary>Targets that are scheduled with this one and run before it.</summary>
    public IReadOnlyList<ExecutableTarget> ExecutionDependencies { get; internal set; } = [];

    /// <summary>Targets that run before this one when both are scheduled.</summary>
    public IReadOnlyList<ExecutableTarget> OrderDependencies { get; internal set; } = [];

    /// <summary>Targets that schedule this one and run before it.</summary>
    public IReadOnlyList<ExecutableTarget> TriggerDependencies { get; internal set; } = [];

    /// <summary>Targets that are scheduled with this one and run after it.</summary>
    public IReadOnlyList<ExecutableTarget> Triggers { get; internal set; } = [];

    /// <summary>Everything that must not run after this one.</summary>
    public IReadOnlyCollection<ExecutableTarget> AllDependencies =>
        [.. ExecutionDependencies, .. OrderDependencies, .. TriggerDependencies];

    /// <summary>Whether it runs after a failure or a cancellation too.</summary>
    public bool AssuredAfterFailure => Definition.IsAssuredAfterFailure;

    /// <summary>Whether the plan goes on when it fails.</summary>
    public bool ProceedAfterFailure => Definition.IsProceedAfterFailure;

    /// <summary>Path patterns of what it leaves behind.</summary>
    public IReadOnlyList<string> ArtifactProducts => Definition.Products;

    internal Target Factory { get; }
    internal TargetDefinition Definition { get; }
    internal IReadOnlyList<LambdaExpression> Requirements => Definition.Requirements;

    /// <summary>What the target threw, wrapping taken off; null when it did not.</summary>
    internal Exception? Failure { get; set; }

    public override string ToString() => $"{Name} ({Status})";
}

/// <summary>Where a target stands in a run.</summary>
public enum ExecutionStatus
{
    None,

    /// <summary>In the plan, not yet reached.</summary>
    Scheduled,

    /// <summary>In the plan, never reached, because another target failed or the run was cancelled.</summary>
    NotRun,

    /// <summary>Left out by <c>--skip</c> or a condition.</summary>
    Skipped,
    Succeeded,
    Failed,
    Running,

    /// <summary>Ended early because the run was cancelled.</summary>
    Aborted,

    /// <summary>Reached, and has no action of its own.</summary>
    Collective,
}
