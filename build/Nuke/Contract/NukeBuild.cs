using System.Linq.Expressions;
using Nuke.Common.Execution;

namespace Nuke.Common;

/// <summary>
/// The base of a build class: targets are its properties of type <see cref="Target"/>, parameters its members with
/// <see cref="ParameterAttribute"/>. A derived class has <c>static int Main() => Execute&lt;Build&gt;(x => x.Default);</c>.
/// </summary>
public abstract partial class NukeBuild
{
    /// <summary>
    /// Runs the targets that the process's command line names, else the default ones, and returns the process's exit code:
    /// <see cref="ExitCode"/> when the build set it; 0 when all went well; <see cref="BuildUsageException.ExitCode"/> for wrong use;
    /// <see cref="BuildCancellation.ExitCode"/> after Ctrl-C; else what <see cref="IBuildConventions.ExitCodeOf"/> says of the failure.
    /// Failures are shown, not thrown.
    /// </summary>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new()
    {
        StandardFiles.Require();
        return new BuildRun<T>(BuildEnvironment.OfProcess(), BuildConventionsAttribute.Of(typeof(T).Assembly)).Execute(
            defaultTargetExpressions
        );
    }

    /// <summary>The targets of this run in the order they run; empty before it is known.</summary>
    public IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; internal set; } = [];

    /// <summary>Targets that were named, as against those that only came with them.</summary>
    public IReadOnlyCollection<ExecutableTarget> InvokedTargets => [.. ExecutionPlan.Where(x => x.Invoked)];

    public IReadOnlyCollection<ExecutableTarget> SkippedTargets => With(ExecutionStatus.Skipped);

    public IReadOnlyCollection<ExecutableTarget> ScheduledTargets => With(ExecutionStatus.Scheduled);

    public IReadOnlyCollection<ExecutableTarget> RunningTargets => With(ExecutionStatus.Running);

    public IReadOnlyCollection<ExecutableTarget> AbortedTargets => With(ExecutionStatus.Aborted);

    public IReadOnlyCollection<ExecutableTarget> FailedTargets => With(ExecutionStatus.Failed);

    public IReadOnlyCollection<ExecutableTarget> SucceededTargets => With(ExecutionStatus.Succeeded);

    public IReadOnlyCollection<ExecutableTarget> FinishedTargets => [.. FailedTargets, .. SucceededTargets];

    public bool IsSucceeding => !IsFailing;

    public bool IsFailing =>
        ExecutionPlan.Any(x => x.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun);

    public bool IsFinished => ScheduledTargets.Count == 0 && RunningTargets.Count == 0;

    /// <summary>Set to decide the process's exit code, whatever the targets did; null leaves it to the kernel.</summary>
    public int? ExitCode { get; set; }

    private ExecutableTarget[] With(ExecutionStatus status) => [.. ExecutionPlan.Where(x => x.Status == status)];
}
