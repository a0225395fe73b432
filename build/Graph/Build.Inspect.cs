using Nuke.Common;
using Slipway.Images;

namespace Slipway.Graph;

/// <summary>Judging what was assembled before anything is signed.</summary>
internal sealed partial class Build
{
    private Target Inspect => _ => _
        .Description("Prove that the layouts hold what images/NAME/contract.yaml says and can run")
        .After(Assemble)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            List<InspectionResult> results = [];
            foreach (AssemblyRequest input in await InputsAsync(report))
                results.Add(await NewPipeline(report).InspectAsync(input, Stop));
            if (Json)
                report.Result(InspectionView.Json(results));
            else
                InspectionView.Show(report, results);
            InspectionView.RequirePassed(results);
        });
}
