using Nuke.Common;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Inspection;
using Slipway.Reporting;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Trying images in containers.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Assemble Smoke --images kubelet", "what was just made")]
    [Example("Smoke --platforms linux/amd64", "one platform alone")]
    private Target Smoke =>
        _ =>
            _.Description(
                    "Run the contract's commands in containers: those of images/NAME/contract.yaml, for each platform, "
                        + "in the Docker Engine"
                )
                .After(Assemble, Inspect)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using EngineChoice engines = NewEngines(report);
                    IReadOnlyList<PlatformSmoke> results = await new SmokeWorkflow(ChosenWorkspace, engines, report.Line)
                    {
                        TriesAgain = true,
                    }.RunAsync(await DefinitionsAsync(), PlatformsOf, Stop);
                    if (IsStep(nameof(Smoke)))
                        SmokeView.Log(report, results);
                    else if (Json)
                        report.Result(SmokeView.Json(results));
                    else
                        SmokeView.Show(report, results);
                    SmokeView.RequirePassed(results, RequireSmoke || IsServerBuild);
                });

    /// <summary>Before anything is published: what fails in a container is not.</summary>
    /// <param name="due">Images that are not published yet.</param>
    private async Task SmokeFirstAsync(Report report, List<ImageDefinition> due)
    {
        if (due.Count == 0)
            return;
        using EngineChoice engines = NewEngines(report);
        IReadOnlyList<PlatformSmoke> results;
        try
        {
            results = await new SmokeWorkflow(ChosenWorkspace, engines, report.Line).RunAsync(
                due,
                definition => definition.Platforms,
                Stop
            );
        }
        catch (EngineException e)
            when (!RequireSmoke && e is { IsResponse: false, Fault: Http.RemoteFault.NotFound or Http.RemoteFault.Refused })
        {
            report.Line($"not run in containers: {e.Message}");
            return;
        }

        SmokeView.Log(report, results);
        SmokeView.RequirePassed(results, RequireSmoke || IsServerBuild);
    }
}
