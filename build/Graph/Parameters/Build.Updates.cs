using Nuke.Common;
using Nuke.Common.IO;
using Slipway.GitHub;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>How far newer versions are looked for.</summary>
internal sealed partial class Build
{
    [Parameter("Outdated, Update: newer minor versions of upstream, too; default: within the minor")]
    private readonly bool Minor;

    [Parameter("Outdated, Update: newer major versions of upstream, too")]
    private readonly bool Major;

    [Parameter(
        "Outdated, Update, Assets, Release: Debian security tracker JSON or OSV, a file, folder or zip: shows what the newer packages fix",
        Name = "Advisories"
    )]
    private readonly AbsolutePath? AdvisoryPath;

    private VersionReach Reach =>
        Major ? VersionReach.Major
        : Minor ? VersionReach.Minor
        : VersionReach.Patch;

    private UpdateChecker NewUpdateChecker(SourceFetcher sources) =>
        new(NewVersionSource(sources), sources.NewLockMaker(), LifecycleFile.Read(Workspace.Images), TimeProvider.System);

    private VersionSource NewVersionSource(SourceFetcher sources) =>
        sources.NewVersionSource(
            new GitHubReleaseList(ConnectGitHub(sources.Transport, new HttpResponseCache(Path.Combine(Workspace.Cache, "github"))))
        );

    private Func<AdvisoryScope, Advisories>? ReadAdvisories()
    {
        if (AdvisoryPath is not { } path)
            return null;
        return File.Exists(path) || Directory.Exists(path)
            ? scope => AdvisoryFile.Read(path, scope, Stop)
            : throw new WorkflowException($"--advisories {path}: file or folder not found", FailureKind.WrongUse);
    }
}
