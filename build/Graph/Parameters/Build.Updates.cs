using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Advisories;
using Slipway.GitHub;
using Slipway.Reporting;
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

    /// <summary>What --advisories names, and with --refresh what is newest; null where neither is given.</summary>
    /// <param name="usesFetched">Whether what was fetched earlier does where neither is given.</param>
    private async Task<Func<AdvisoryScope, AdvisoryList>?> AdvisoriesAsync(Report report, bool usesFetched = false)
    {
        List<string> paths = [.. AdvisoryPaths.Select(path => path.ToString())];
        if (paths.Find(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
            throw new WorkflowException($"--advisories {missing}: file or folder not found", FailureKind.WrongUse);
        AdvisoryCache cache = new(Path.Combine(Workspace.Cache, "advisories"), TimeProvider.System);
        if (Refresh)
        {
            using SourceFetcher sources = NewSources(report);
            await cache.RefreshAsync(sources.Reader, sources.Upstream, report.Line, Stop);
        }

        if (Refresh || (usesFetched && paths.Count == 0))
            paths.AddRange(await cache.FindAsync(Stop));
        return paths.Count == 0 ? null : scope => AdvisoryFile.Read(paths, scope, Stop);
    }
}
