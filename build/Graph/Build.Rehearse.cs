using Nuke.Common;
using Slipway.Release;

namespace Slipway.Graph;

/// <summary>The main job: a release from end to end that leaves this process for nowhere.</summary>
internal sealed partial class Build
{
    private Target Rehearse =>
        _ =>
            _.Description("Run the whole release into two registries inside this process, with a throw-away key")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    RehearsalRun run = new(Workspace, RootDirectory, supply, report);
                    IReadOnlyList<RehearsedImage> images = await run.RunAsync(ImageNames(), PlatformsOf, Stop);
                    if (Json)
                        report.Result(Views.RehearsalJson(images));
                    else
                        Views.Rehearsal(report, images);
                    new ReleaseVerdict([.. images.SelectMany(image => image.Verified).Select(PlaceVerdict.Of)]).RequirePassed();
                });
}
