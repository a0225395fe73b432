using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>
/// The base of a build class: targets are its properties of type <see cref="Target"/>, parameters its members with
/// <see cref="ParameterAttribute"/>. A derived class has <c>static int Main() => Execute&lt;Build&gt;(x => x.Default);</c>.
/// </summary>
public abstract class NukeBuild
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

    /// <summary>
    /// The folder <c>--root</c> names, else the nearest one with <c>.nuke</c> at or above the working directory, else above the build's
    /// assembly.
    /// </summary>
    public static AbsolutePath RootDirectory => BuildSession.CurrentOrProcess.RootDirectory;

    /// <summary><c>.nuke/temp</c> of the root; made when asked for.</summary>
    public static AbsolutePath TemporaryDirectory => (RootDirectory / RootFolder.Mark / "temp").CreateDirectory();

    /// <summary>How much the kernel logs; a build may go by it for its own lines.</summary>
    public static Verbosity Verbosity
    {
        get => BuildSession.CurrentOrProcess.Verbosity;
        set => BuildSession.CurrentOrProcess.Verbosity = value;
    }

    /// <summary>Whether no continuous integration server runs the build.</summary>
    public static bool IsLocalBuild => !IsServerBuild;

    public static bool IsServerBuild => BuildSession.CurrentOrProcess.IsServerBuild;

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

    /// <summary>Called when parameters have their values.</summary>
    protected internal virtual void OnBuildCreated() { }

    /// <summary>Called when the plan is known, before requirements are checked.</summary>
    protected internal virtual void OnBuildInitialized() { }

    /// <summary>Called after the last target, however the run ended, and after the summary.</summary>
    protected internal virtual void OnBuildFinished() { }

    /// <summary>Called before a target's first action.</summary>
    protected internal virtual void OnTargetRunning(string target) { }

    protected internal virtual void OnTargetSkipped(string target) { }

    protected internal virtual void OnTargetSucceeded(string target) { }

    protected internal virtual void OnTargetFailed(string target) { }

    private ExecutableTarget[] With(ExecutionStatus status) => [.. ExecutionPlan.Where(x => x.Status == status)];
}
