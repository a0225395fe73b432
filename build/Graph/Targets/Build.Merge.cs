using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>One image of layouts that several machines assembled.</summary>
internal sealed partial class Build
{
    [Parameter("Merge: folders of layouts that were assembled apart: artifacts folders, artifacts/NAME of any name, or layouts")]
    private readonly AbsolutePath[] Layouts = [];

    [Category("Build")]
    [Example("Merge --layouts parts/amd64 parts/arm64", "layouts from two machines")]
    [Example("Merge --layouts parts/amd64 parts/arm64 --images kubelet", "one image of them")]
    private Target Merge =>
        _ =>
            _.Description(
                    "Join layouts that were assembled apart: inspected, each with some platforms: artifacts/NAME/layout, "
                        + "as one machine makes it"
                )
                .Before(Fetch, Assemble, Load, Smoke, Sign, Preview, Publish, Compare)
                .After(Tagged, Preflight)
                .Requires(() => Layouts)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Dockerfile || Platforms.Length > 0)
                        throw new WorkflowException(
                            "Merge: layouts of Assemble are merged, with all platforms of an image. Leave --dockerfile and --platforms out",
                            FailureKind.WrongUse
                        );
                    if (Layouts.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing)
                        throw new WorkflowException($"--layouts {missing}: folder not found", FailureKind.WrongUse);
                    AssemblyOrigin origin = await Place.FindAsync(Stop)
                        ?? throw new WorkflowException("Merge: this CI does not say which workflow runs", FailureKind.WrongConfiguration);
                    MergeWorkflow workflow = new(Workspace, origin, report.Line);
                    IReadOnlyList<MergedImage> images = await workflow.RunAsync(
                        await InputsAsync(),
                        Layouts.Select(folder => folder.ToString()),
                        Stop
                    );
                    if (Json)
                        report.Result(MergeView.Json(images));
                    else
                        MergeView.Show(report, images);
                });
}
