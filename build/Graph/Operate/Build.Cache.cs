using Nuke.Common;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Looking after what was fetched and assembled before.</summary>
internal sealed partial class Build
{
    private static readonly TimeSpan PrunedAge = TimeSpan.FromDays(30);

    private const long Megabyte = 1_000_000;

    [Parameter("Cache: read every file anew and remove what is wrong", Name = "Verify")]
    private readonly bool VerifyCache;

    [Parameter("Cache: remove what was not used for --prune-older-than days")]
    private readonly bool Prune;

    [Parameter("Cache: days without use after which a file is removed; default with --prune alone: 30")]
    private readonly int? PruneOlderThan;

    [Parameter("Cache: MB that may stay; files that are unused for longest are removed first")]
    private readonly int? PruneToSize;

    [Category("Look after")]
    [Example("Cache", "what is in it")]
    [Example("Cache --verify", "read every file again")]
    [Example("Cache --prune-older-than 30", "remove what was not used for 30 days")]
    private Target Cache =>
        _ =>
            _.Description("Show what the cache holds; --verify it, --prune it")
                .Before(Lock, Fetch, Assemble, Rehearse)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (PruneOlderThan < 0 || PruneToSize < 0)
                        throw new WorkflowException("--prune-older-than and --prune-to-size: wanted 0 or more", FailureKind.WrongUse);
                    bool prunes = Prune || PruneOlderThan is not null || PruneToSize is not null;
                    CacheOutcome outcome = await new CacheWorkflow(Workspace, TimeProvider.System).RunAsync(
                        VerifyCache,
                        prunes ? new PruneRequest(Age, PruneToSize * Megabyte) : null,
                        Stop
                    );
                    if (Json)
                        report.Result(CacheView.Json(outcome));
                    else
                        CacheView.Show(report, outcome);
                    outcome.RequireRight();
                });

    /// <summary>Given a size alone, age does not count.</summary>
    private TimeSpan? Age =>
        PruneOlderThan is { } days ? TimeSpan.FromDays(days)
        : PruneToSize is null ? PrunedAge
        : null;
}
