using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan, one target after the other. The first failure ends it.</summary>
internal sealed class BuildExecutor(NukeBuild build, BuildLog log, IBuildConventions conventions, BuildEnvironment environment)
{
    /// <summary>
    /// Returns when every target ran or was skipped, after the first failure, or when the run was cancelled; what was not reached then
    /// is <see cref="ExecutionStatus.NotRun"/>. A failure is in its target, not thrown.
    /// </summary>
    public void Run(CancellationToken cancellation)
    {
        foreach (ExecutableTarget target in build.ExecutionPlan)
        {
            if (cancellation.IsCancellationRequested)
                break;
            Run(target, cancellation);
            if (target.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted)
                break;
        }

        foreach (ExecutableTarget target in build.ScheduledTargets)
            target.Status = ExecutionStatus.NotRun;
    }

    private void Run(ExecutableTarget target, CancellationToken cancellation)
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

            log.Banner(target.Name);
            target.Status = ExecutionStatus.Running;
            build.OnTargetRunning(target.Name);
            foreach (Action action in target.Definition.Actions)
                action();
            target.Duration = environment.Time.GetElapsedTime(start);
            target.Status = ExecutionStatus.Succeeded;
            build.OnTargetSucceeded(target.Name);
        }
#pragma warning disable CA1031 // A target may throw anything; all of it ends the run and is shown.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            target.Duration = environment.Time.GetElapsedTime(start);
            End(target, Failure.Unwrap(thrown), cancellation);
        }
    }

    private static bool IsSkipped(ExecutableTarget target)
    {
        if (target.Status == ExecutionStatus.Skipped)
            return true;
        target.Skipped = SkipRules.Unmet(target.Definition.DynamicConditions);
        if (target.Skipped is null)
            return false;
        target.Status = ExecutionStatus.Skipped;
        return true;
    }

    private void End(ExecutableTarget target, Exception exception, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested && Failure.IsCancellation(exception))
        {
            target.Status = ExecutionStatus.Aborted;
            return;
        }

        target.Status = ExecutionStatus.Failed;
        target.Failure = exception;
        log.Failure($"{target.Name} failed: {BuildLog.Words(exception, conventions)}");
        build.OnTargetFailed(target.Name);
    }
}
