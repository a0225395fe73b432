using Nuke.Common;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Images;

namespace Slipway.Graph;

/// <summary>Trying images in a Docker Engine.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Load, Smoke, Publish: [PLATFORM=]ADDRESS of a Docker Engine, as unix:///PATH, tcp://HOST:PORT, ssh://HOST; default: docker's own"
    )]
    private readonly string[] DockerHost = [];

    [Parameter("Publish, Smoke: fail where there is no Docker Engine, or a platform that it cannot run")]
    private readonly bool RequireSmoke;

    private Target Load =>
        _ =>
            _.Description(
                    "Put the layouts into the Docker Engine under their tags, for its own platform or --platforms, and print the "
                        + "docker run lines"
                )
                .After(Assemble, Inspect)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using EngineChoice engines = NewEngines(report);
                    LoadRun run = new(Workspace, RootDirectory, engines, report) { Asked = Asked };
                    List<LoadedPlatform> loaded = [];
                    foreach (ImageDefinition definition in Definitions())
                        loaded.AddRange(await run.LoadAsync(definition, Platforms.Length == 0 ? [] : PlatformsOf(definition), Stop));
                    if (Json)
                        report.Result(LoadView.Json(loaded));
                    else
                        LoadView.Show(report, loaded);
                });

    private Target Smoke =>
        _ =>
            _.Description("Run the commands of images/NAME/contract.yaml in containers of each platform, in the Docker Engine")
                .After(Assemble, Inspect)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using EngineChoice engines = NewEngines(report);
                    IReadOnlyList<PlatformSmoke> results = await new SmokeRun(ChosenWorkspace, engines, report).RunAsync(
                        Definitions(),
                        PlatformsOf,
                        Stop
                    );
                    // As a step on the way to another target it tells the log alone: standard output is that target's.
                    if (InvokedTargets.All(target => target.Name != nameof(Smoke)))
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
            results = await new SmokeRun(ChosenWorkspace, engines, report).RunAsync(due, definition => definition.Platforms, Stop);
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

    private EngineChoice NewEngines(Report report) =>
        Given(() => new EngineChoice(DockerHost, Environment.GetEnvironmentVariable, report.Line));
}
