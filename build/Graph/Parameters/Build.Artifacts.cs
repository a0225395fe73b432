using System.Collections.Immutable;
using Nuke.Common.IO;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>
/// One run at a time writes below an artifacts folder. A rehearsal and a release have folders of their own, and go side by side.
/// </summary>
internal sealed partial class Build
{
    /// <summary>
    /// Targets that leave files below the artifacts folder, or beside the definitions. The others read them, if anything: what they find is
    /// replaced as a whole.
    /// </summary>
    private static readonly ImmutableHashSet<string> Writing =
    [
        nameof(NewImage),
        nameof(Lock),
        nameof(Assemble),
        nameof(Inspect),
        nameof(Merge),
        nameof(Smoke),
        nameof(Sign),
        nameof(Preview),
        nameof(Publish),
        nameof(Assets),
        nameof(Release),
        nameof(Withdraw),
        nameof(Update),
        nameof(CompileVerify),
        nameof(Test),
        nameof(Clean),
    ];

    /// <summary>Those that <c>--rehearsal</c> sends to the rehearsal's folder.</summary>
    private static readonly ImmutableHashSet<string> Rehearsable =
    [
        nameof(BuildDockerfile),
        nameof(Compare),
        nameof(Report),
        nameof(Reproduce),
    ];

    private List<ArtifactsLock>? _locks;

    /// <summary>Before the first target of the run, whichever it is: what takes long must not be for nothing.</summary>
    private void TakeArtifacts()
    {
        if (_locks is not null)
            return;
        _locks = [];
        string[] due = [.. RunningTargets.Concat(ScheduledTargets).Select(each => each.Name)];
        foreach (AbsolutePath folder in FoldersOf(due))
            _locks.Add(ArtifactsLock.Take(folder, string.Join(' ', due), TimeProvider.System));
    }

    protected override void OnBuildFinished()
    {
        // The rehearsal's folder lies in the other one.
        foreach (ArtifactsLock held in Enumerable.Reverse(_locks ?? []))
            held.Dispose();
    }

    private IEnumerable<AbsolutePath> FoldersOf(string[] due)
    {
        bool rehearsable = due.Any(Rehearsable.Contains);
        if (due.Any(Writing.Contains) || (rehearsable && !Rehearsal))
            yield return Workspace.Artifacts;
        if (due.Contains(nameof(Rehearse)) || due.Contains(nameof(Clean)) || (rehearsable && Rehearsal))
            yield return Workspace.Rehearsal.Artifacts;
    }
}
