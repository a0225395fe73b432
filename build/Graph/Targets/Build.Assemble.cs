using Nuke.Common;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>From the cache to layouts.</summary>
internal sealed partial class Build
{
    private Target Assemble =>
        _ =>
            _.Description("Make an OCI image layout of each image: artifacts/NAME/layout")
                .DependsOn(Fetch)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    AssembleWorkflow workflow = new(Workspace, sources.Cache, report.Line, TimeProvider.System);
                    foreach (AssemblyRequest input in await InputsAsync())
                        await workflow.RunAsync(input, Stop);
                });
}
