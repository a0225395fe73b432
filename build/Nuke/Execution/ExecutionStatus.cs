namespace Nuke.Common.Execution;

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
