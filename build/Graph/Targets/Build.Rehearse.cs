using Nuke.Common;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The main job: a release from end to end that leaves this process for nowhere.</summary>
internal sealed partial class Build
{
    [Category("Try it")]
    [Example("Rehearse", "all images")]
    [Example("Rehearse --images flannel-cni --platforms linux/amd64", "one image, one platform")]
    private Target Rehearse =>
        _ =>
            _.Description("Run a whole release inside this process: into two registries, with a throw-away key")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    RehearseWorkflow run = new(Workspace, RootDirectory, sources, report.Line, TimeProvider.System)
                    {
                        SbomFormat = SbomFormat,
                    };
                    IReadOnlyList<RehearsedImage> images = await run.RunAsync(await ImagesAsync(), PlatformsOf, Stop);
                    string page = await new ReportWorkflow(Workspace.Rehearsal).RunAsync(
                        [.. images.Select(image => image.ToReport())],
                        run.Timeline,
                        Stop
                    );
                    if (Json)
                        report.Result(RehearsalView.Json(images));
                    else
                        RehearsalView.Show(report, images);
                    report.Line($"report: open {page} in a browser");
                    NextCommand verify = new("Verify") { Options = ["--rehearsal"] };
                    report.Line($"next: {verify} verifies it again; docs/release.md leads from here to a release");
                    new ReleaseVerdict([.. images.SelectMany(image => image.Verified).Select(PlaceVerdict.Of)]).RequirePassed();
                });
}
