using Nuke.Common;
using Slipway.Reporting;
using Slipway.Tuf;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Which of Sigstore's authorities and logs are believed.</summary>
internal sealed partial class Build
{
    [Parameter(
        "TrustRoot, Verify: bring the public instance's newest trusted root into the cache first; Outdated, Update, Assets, Release, Scan: "
            + "bring the newest advisories of Debian and Go into the cache first, and read them"
    )]
    private readonly bool Refresh;

    [Category("Look after")]
    [Example("TrustRoot", "what is believed now")]
    [Example("TrustRoot --refresh", "the newest of the public instance")]
    private Target TrustRoot =>
        _ =>
            _.Description("Say whom of Sigstore is believed: authorities and logs; --refresh them")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    TrustedRootFile root = await UsedTrustedRootAsync(report);
                    if (Json)
                        report.Result(TrustRootView.Json(root, TimeProvider.System.GetUtcNow()));
                    else
                        TrustRootView.Show(report, root, TimeProvider.System.GetUtcNow());
                });

    private async Task<TrustedRootFile> UsedTrustedRootAsync(Report report)
    {
        if (Refresh && TrustedRoot is not null)
        {
            throw new WorkflowException(
                "--refresh brings the public instance's trusted root, and --trusted-root names another one. Give one of them",
                FailureKind.WrongUse
            );
        }

        if (TrustedRoot is not null)
            return TrustedRootFile.Given(TrustedRoot);
        SigstoreRoots roots = PublicRoots;
        if (!Refresh)
            return await roots.CurrentAsync(Stop);
        using SourceFetcher sources = NewSources(report);
        RemoteRepository repository = new(sources.Transport, PublicGood.Address) { Locate = file => sources.Upstream.Locate(file).Address };
        return await roots.RefreshAsync(repository, Stop);
    }
}
