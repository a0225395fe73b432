using Nuke.Common;
using Slipway.Definitions;
using Slipway.Reporting;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Images for a Docker Engine.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Assemble Load --images kubelet", "for this machine's Engine")]
    [Example("Load --images kubelet --platforms linux/arm64", "another platform")]
    private Target Load =>
        _ =>
            _.Description(
                    "Put the layouts into the Docker Engine: under their tags, for its own platform or --platforms, and "
                        + "print the docker run lines"
                )
                .After(Assemble, Inspect)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using EngineChoice engines = NewEngines(report);
                    LoadWorkflow run = new(Workspace, Git, engines, report.Line);
                    List<LoadedPlatform> loaded = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                        loaded.AddRange(await run.LoadAsync(definition, Platforms.Length == 0 ? [] : PlatformsOf(definition), Stop));
                    if (Json)
                        report.Result(LoadView.Json(loaded));
                    else
                        LoadView.Show(report, loaded);
                });
}
