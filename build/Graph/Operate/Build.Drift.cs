using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Comparing the registries with each other and with records.</summary>
internal sealed partial class Build
{
    [Parameter("Drift: keep an issue on GitHub for each finding: opened once, refreshed, closed when it is found no more")]
    private readonly bool Issues;

    [Category("Look after")]
    [Example("Drift --public-key slipway.pub", "all images")]
    [Example("Drift --images kubelet --public-key slipway.pub --issues", "keep issues on GitHub")]
    private Target Drift =>
        _ =>
            _.Description("Compare registries with each other and records: moved and missing tags, lost content and signatures")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using HttpTransport transport = NewTransport(report);
                    Func<string, bool> wanted = ParseArgument(() => TagFilter.Parse(TagPattern));
                    DriftWorkflow workflow = new(
                        new ReleaseRecords(Workspace, Records),
                        Connect(transport),
                        await DriftPolicyAsync(),
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

    /// <summary>What every release must be, however old; null where nobody says whose signatures are believed.</summary>
    private async Task<Func<ImageDefinition, ReleasePolicy>?> DriftPolicyAsync()
    {
        if (Policy is not null)
        {
            Dictionary<string, PolicyFile> files = [];
            foreach (ImageDefinition definition in await DefinitionsAsync())
                files[definition.Name] = ReadPolicy(
                    Directory.Exists(Policy) ? Path.Combine(Policy, Path.GetFileName(Workspace.Policy(definition.Name))) : Policy
                );
            return definition => Policies.Of(files[definition.Name], VerifyFolder) with { NotOlderThan = null };
        }

        if ((PublicKey ?? (object?)Identity ?? Issuer) is null)
            return null;
        ITrustedSigner signer = await Signers.TrustedAsync(Stop);
        return definition => PolicyOf(signer, definition) with { NotOlderThan = null };
    }
}
