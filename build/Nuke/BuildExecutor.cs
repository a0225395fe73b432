using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan, one target after the other. The first failure ends it, but for the targets that are assured.</summary>
internal sealed class BuildExecutor(NukeBuild build, BuildLog log, BuildEnvironment environment, BuildAttempt attempt)
{
    /// <summary>
    /// Returns when every target ran or was skipped, after the first failure of one that does not proceed, or when the run was cancelled.
    /// Then only what is assured still runs, in the plan's order and whether it fails or not; the rest is
    /// <see cref="ExecutionStatus.NotRun"/>. A failure is in its target, not thrown.
    /// </summary>
    public void Run(CancellationToken cancellationToken)
    {
        foreach (ExecutableTarget target in build.ExecutionPlan)
        {
            if (cancellationToken.IsCancellationRequested)
                break;
            Run(target, cancellationToken);
            if (target.Status == ExecutionStatus.Aborted || (target.Status == ExecutionStatus.Failed && !target.ProceedAfterFailure))
                break;
        }

        foreach (ExecutableTarget target in build.ScheduledTargets.Where(x => x.AssuredAfterFailure))
            Run(target, cancellationToken);
        foreach (ExecutableTarget target in build.ScheduledTargets)
            target.Status = ExecutionStatus.NotRun;
    }

    private void Run(ExecutableTarget target, CancellationToken cancellationToken)
    {
        long start = environment.Time.GetTimestamp();
        try
        {
            if (IsSkipped(target))
            {
                build.OnTargetSkipped(target.Name);
                return;
            }

            if (target.Definition.Actions.Count == 0)
            {
                target.Status = ExecutionStatus.Collective;
                return;
            }

            Act(target);
            target.Duration = environment.Time.GetElapsedTime(start);
            target.Status = ExecutionStatus.Succeeded;
            attempt.Add(target.Name);
            build.OnTargetSucceeded(target.Name);
        }
#pragma warning disable CA1031 // A target may throw anything; all of it ends the run and is shown.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            target.Duration = environment.Time.GetElapsedTime(start);
            End(target, Failure.Unwrap(thrown), cancellationToken);
        }
    }

    private void Act(ExecutableTarget target)
    {
        log.Banner(target.Name);
        try
        {
            target.Status = ExecutionStatus.Running;
            build.OnTargetRunning(target.Name);
            foreach (Action action in target.Definition.Actions)
                action();
        }
        finally
        {
            log.EndBanner(target.Name);
        }
    }

    private bool IsSkipped(ExecutableTarget target)
    {
        if (target.Status != ExecutionStatus.Skipped && attempt.HasDone(target.Name))
            (target.Status, target.Skipped) = (ExecutionStatus.Skipped, "done by the previous run");
        return new SkipRules([.. build.ExecutionPlan]).ApplyDynamicConditions(target);
    }

    private void End(ExecutableTarget target, Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested && Failure.IsCancellation(exception))
        {
            target.Status = ExecutionStatus.Aborted;
            return;
        }

        target.Status = ExecutionStatus.Failed;
        target.Failure = exception;
        log.FailedTarget(target.Name, exception);
        build.OnTargetFailed(target.Name);
    }
}
