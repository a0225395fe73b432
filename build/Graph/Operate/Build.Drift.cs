using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Comparing the registries with each other and with records.</summary>
internal sealed partial class Build
{
    [Parameter("Drift: keep an issue on GitHub for each finding: opened once, refreshed, closed when it is found no more")]
    private readonly bool Issues;

    private Target Drift =>
        _ =>
            _.Description("Compare the registries with each other and with records: moved and missing tags, lost content and signatures")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using HttpTransport transport = NewTransport(report);
                    Func<string, bool> wanted = ParseArgument(() => TagFilter.Parse(TagPattern));
                    ITrustedSigner? signer = (PublicKey ?? (object?)Identity ?? Issuer) is null ? null : await Signers.TrustedAsync(Stop);
                    DriftWorkflow workflow = new(
                        new ReleaseRecords(Workspace, Records),
                        Connect(transport),
                        signer is null ? null : definition => PolicyOf(signer, definition) with { NotOlderThan = null },
                        report.Line
                    )
                    {
                        Wanted = wanted,
                    };
                    List<DriftReport> reports = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                        reports.Add(await workflow.RunAsync(definition, Stop));
                    if (Json)
                        report.Result(DriftView.Json(reports));
                    else
                        DriftView.Show(report, reports);
                    if (Issues)
                        await new DriftIssues((await FindGitHubAsync(transport)).Issues, report.Line).KeepAsync(reports, Stop);
                    DriftView.RequireNone(reports);
                });
}
