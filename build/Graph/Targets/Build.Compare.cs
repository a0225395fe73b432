using Nuke.Common;
using Slipway.Definitions;
using Slipway.Inspection;
using Slipway.Reporting;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Whether both ways to the images agree.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Compare", "all images")]
    [Example("Compare --images flannel-cni --json", "every difference, for a program")]
    private Target Compare =>
        _ =>
            _.Description(
                    "Compare images of Assemble and BuildDockerfile; every difference must be in "
                        + "images/NAME/compare.yaml, with a reason"
                )
                .After(Assemble, BuildDockerfile)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    CompareWorkflow run = new(Rehearsal ? Workspace.Rehearsal : Workspace, report.Line);
                    List<Comparison> comparisons = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                        comparisons.Add(await run.RunAsync(definition, PlatformsOf(definition), Stop));
                    if (Json)
                        report.Result(CompareView.Json(comparisons));
                    else
                        CompareView.Show(report, comparisons);
                    CompareView.RequireAgreement(comparisons);
                });
}
