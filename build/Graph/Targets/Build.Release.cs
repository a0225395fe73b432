using Nuke.Common;
using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The whole of a release, and its page on GitHub.</summary>
internal sealed partial class Build
{
    private Target Tagged =>
        _ =>
            _.Description("Find the images that the commit is tagged for, and whether they can be released")
                .Unlisted()
                .Before(Preflight, Fetch, Assemble, Inspect, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    report.Line($"releasing {string.Join(" and ", await ImagesAsync())}");
                });

    [Category("Publish")]
    [Example("Release --signing-key slipway.key", "of the commit's tags, as CI does")]
    [Example("Release --signer cosign --images kubelet", "by identity; one image of them")]
    private Target Release =>
        _ =>
            _.Description(
                    "Release the images that the commit is tagged for: assemble, inspect, sign, publish, verify, and a "
                        + "release on GitHub with notes and files"
                )
                .DependsOn(Tagged, Preflight, Assemble, Sign, Publish)
                .After(Verify, Assets)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using AssetMaker maker = await NewAssetMakerAsync(report);
                    using HttpTransport transport = NewGitHubTransport(report);
                    GitHubPublication publication = new(await FindGitHubAsync(transport), report.Line);
                    using HttpTransport registries = NewTransport(report);
                    ReleaseWorkflow workflow = new(Workspace, maker.Description, maker.Run, publication, report.Line)
                    {
                        Policy = async definition => PolicyOf(await Signers.TrustedAsync(Stop), definition) with { NotOlderThan = null },
                    };
                    List<ReleaseToReport> reported = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                    {
                        (MadeAssets made, GitHubRelease release, ReleaseVerdict verdict) = await workflow.RunAsync(
                            input,
                            Connect(registries),
                            Stop
                        );
                        if (Json)
                            report.Result(AssetsView.Json(made, release));
                        else
                            report.Result(release.Page.ToString());
                        reported.Add(new ReleaseToReport(input.Definition, made.Facts, verdict.Places));
                    }

                    await TellReportAsync(report, reported);
                });

    /// <summary>
    /// Finds what is to be released: nothing that git and GitHub do not agree on, and nothing less than all of it.
    /// </summary>
    private async Task<IReadOnlyList<string>> TaggedImagesAsync()
    {
        if (Dockerfile)
            throw new WorkflowException(
                "--dockerfile: only images of Assemble are released. Run ./build.sh BuildDockerfile Sign Publish --dockerfile for the "
                    + "other images",
                FailureKind.WrongUse
            );
        foreach (ImageDefinition definition in NamedImages().Select(image => ImageDefinitionFile.Read(Workspace.Definition(image))))
        {
            if (ChosenRegistries.Of(definition.Name, definition.Repositories).LeftOut is [var left, ..])
                throw new WorkflowException(
                    $"--registries: {left.Name} is left out, but a release on GitHub never changes and names every registry. "
                        + "Run ./build.sh Publish for some of them",
                    FailureKind.WrongUse
                );
            if (PlatformsOf(definition).Length < definition.Platforms.Length)
                throw new WorkflowException(
                    $"--platforms: a release of {definition.Name} has {string.Join(" and ", definition.Platforms)}",
                    FailureKind.WrongUse
                );
        }

        using HttpTransport transport = NewGitHubTransport(Reporting.Report.ToConsole());
        ReleaseCheck check = new(Git, await FindGitHubAsync(transport));
        // Who names a tag on the command line means that image's release alone.
        IReadOnlyList<string> names =
            Tag.Length > 0 && Images.Length == 0 ? [.. NamedImages().Where(name => RequestedTags.Of(name) is not null)] : NamedImages();
        return await check.TaggedAsync(names, required: Images.Length + Tag.Length > 0, Stop);
    }
}
