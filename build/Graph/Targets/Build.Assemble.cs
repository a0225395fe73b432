using Nuke.Common;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>From the cache to layouts.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Assemble", "all images and platforms")]
    [Example("Assemble --images kubelet --platforms linux/arm64", "one of them")]
    [Example("Assemble Inspect", "and prove that they can run")]
    private Target Assemble =>
        _ =>
            _.Description("Make an OCI image layout of each image: artifacts/NAME/layout")
                .DependsOn(Fetch)
                .OnlyWhenStatic(() => !IsPlanned(nameof(Merge)), "nothing is merged")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    AssembleWorkflow workflow = new(Workspace, sources.Cache, report.Line, TimeProvider.System)
                    {
                        Origin = await Place.FindAsync(Stop),
                    };
                    foreach (AssemblyRequest input in await UnmergedAsync(report))
                        await workflow.RunAsync(input, Stop);
                });

    /// <summary>Where this runs.</summary>
    private BuildPlace Place => new(Git, Environment.GetEnvironmentVariable);

    /// <summary>
    /// What is to be assembled. Who asks for a release publishes what was merged before; who asks for Assemble has it assembled here.
    /// </summary>
    private async Task<IReadOnlyList<AssemblyRequest>> UnmergedAsync(Report report)
    {
        List<AssemblyRequest> due = [];
        foreach (AssemblyRequest input in await InputsAsync())
        {
            // What is wrong with the contract is told before anything is downloaded for it.
            if (IsPlanned(nameof(Inspect)))
                ContractFile.Read(input.Definition);
            if (!IsPlanned(nameof(Assemble)) || !IsStep(nameof(Assemble)) || !await AssembleWorkflow.IsMergedAsync(Workspace, input, Stop))
                due.Add(input);
            else
                report.Line($"{input.Name}: the layout that was merged is of this definition and lock, and stays");
        }

        return due;
    }
}
