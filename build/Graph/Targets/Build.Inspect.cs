using Nuke.Common;
using Slipway.Http;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Judging what was assembled before anything is signed.</summary>
internal sealed partial class Build
{
    [Parameter("Inspect: print what differs from REPOSITORY:TAG, REPOSITORY@DIGEST or a layout FOLDER[:TAG|@DIGEST] instead")]
    private readonly string? Against;

    [Category("Build")]
    [Example("Inspect --images kubelet", "what Assemble made")]
    [Example("Inspect --images kubelet --against quay.io/poseidon/kubelet:v1.36.4", "what differs from a release")]
    private Target Inspect =>
        _ =>
            _.Description("Prove that the layouts meet their contract: they hold what images/NAME/contract.yaml says and can " + "run")
                .After(Assemble, BuildDockerfile, Merge)
                .OnlyWhenStatic(() => !IsPlanned(nameof(Merge)) || !IsStep(nameof(Inspect)), "nothing is merged")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Against is not null)
                    {
                        await CompareAsync(report);
                        return;
                    }

                    InspectWorkflow workflow = new(ChosenWorkspace, report.Line);
                    List<InspectionResult> results = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                        results.Add(await workflow.RunAsync(input, Stop));
                    if (IsStep(nameof(Inspect)))
                        InspectionView.Log(report, results);
                    else if (Json)
                        report.Result(InspectionView.Json(results));
                    else
                        InspectionView.Show(report, results);
                    InspectionView.RequirePassed(results);
                });

    private async Task CompareAsync(Report report)
    {
        if (await ImagesAsync() is not [var image])
            throw new WorkflowException("--against: wanted one image. Give --images NAME", FailureKind.WrongUse);
        using HttpTransport transport = NewTransport(report);
        OtherImage other = ParseArgument(() => OtherImage.Parse(Against!, reference => Connect(transport).Repository(reference)));
        IReadOnlyList<ImageDifference> differences = await new InspectWorkflow(ChosenWorkspace, report.Line).CompareAsync(
            image,
            other,
            Stop
        );
        if (Json)
            report.Result(InspectionView.Json(differences));
        else
            InspectionView.Show(report, differences);
    }
}
