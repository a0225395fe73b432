using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Advisories;
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
        "Outdated, Update, Assets, Release: Debian security tracker JSON (https://security-tracker.debian.org/tracker/data/json) or OSV "
            + "(https://vuln.go.dev/vulndb.zip), files, folders or zips: shows what the newer packages fix; Scan: what is known to be "
            + "vulnerable",
        Name = "Advisories"
    )]
    private readonly AbsolutePath[] AdvisoryPaths = [];

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

    private Func<AdvisoryScope, AdvisoryList>? ReadAdvisories()
    {
        if (AdvisoryPaths.Length == 0)
            return null;
        string[] paths = [.. AdvisoryPaths.Select(path => path.ToString())];
        return Array.Find(paths, path => !File.Exists(path) && !Directory.Exists(path)) is { } missing
            ? throw new WorkflowException($"--advisories {missing}: file or folder not found", FailureKind.WrongUse)
            : scope => AdvisoryFile.Read(paths, scope, Stop);
    }
}
