using Nuke.Common.Execution;

namespace Nuke.Common;

/// <summary>
/// How a target learns that the user wants to stop. NUKE has no public word for it, so this is the one thing a build class may use that
/// NUKE lacks; where NUKE replaces this room, a class of this name whose token is <see cref="CancellationToken.None"/> keeps the build
/// compiling.
/// </summary>
public static class BuildCancellation
{
    /// <summary>128 + SIGINT; also for SIGTERM.</summary>
    public const int ExitCode = 130;

    /// <summary>
    /// Cancelled at the first Ctrl-C or SIGTERM of the run. A target that then throws <see cref="OperationCanceledException"/> is shown as
    /// aborted; no further target starts. The second signal ends the process at once. Outside a run it is never cancelled.
    /// </summary>
    public static CancellationToken Token => BuildSession.Current?.Cancellation ?? CancellationToken.None;
}
