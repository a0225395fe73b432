using Nuke.Common;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;

namespace Slipway.Graph;

/// <summary>The second, independent way to the images, and whether both agree.</summary>
internal sealed partial class Build
{
    [Parameter("Inspect, Smoke, Sign, Preview, Publish, Verify: of what BuildDockerfile made, artifacts/NAME/dockerfile")]
    private readonly bool Dockerfile;

    [Parameter(
        "BuildDockerfile: the base image, as docker.io/library/debian@sha256:…; default: a minimal Debian of the lock's suites, "
            + "made by mmdebstrap as root"
    )]
    private readonly string? Base;

    [Parameter(
        "BuildDockerfile, Compare, Reproduce: below artifacts/rehearsal, with stand-ins where upstream cannot be reached; never to "
            + "be published"
    )]
    private readonly bool Rehearsal;

    private Target BuildDockerfile =>
        _ =>
            _.Description(
                    "Build images/NAME/Dockerfile for each platform on the Docker Engine, into the layout artifacts/NAME/dockerfile/layout"
                )
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    Reference? named = Base is null ? null : Given(() => Oci.Reference.Parse(Base));
                    if (named is { Digest: null })
                        throw new TargetFailedException(
                            $"--base {Base}: wanted a digest, as {named.Name}@sha256:…; a tag may name something else tomorrow",
                            Exit.WrongUse
                        );
                    using SourceFetcher supply = NewSupply(report);
                    using EngineChoice engines = NewEngines(report);
                    IReadOnlyList<AssemblyRequest> inputs = await DockerfileInputsAsync(supply, report);
                    DockerfileRun run = new(DockerfileWorkspace, engines, supply.DebianForEngine, report)
                    {
                        Base = named,
                        Upstream = Rehearsal || supply.HasUpstreamMirror || supply.IsOffline ? supply.Cache : null,
                    };
                    foreach (AssemblyRequest input in inputs)
                    {
                        AssembledImage image = await run.BuildAsync(input, Stop);
                        if (InvokedTargets.Count == 1)
                            report.Result($"{input.Name} {image.Index.Digest}");
                    }
                });

    private Target Compare =>
        _ =>
            _.Description(
                    "Set what Assemble and BuildDockerfile made side by side; what differs must be in images/NAME/compare.yaml, "
                        + "with a reason"
                )
                .After(Assemble, BuildDockerfile)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    CompareRun run = new(Rehearsal ? Workspace.Rehearsal : Workspace, report);
                    List<Comparison> comparisons = [];
                    foreach (ImageDefinition definition in Definitions())
                        comparisons.Add(await run.RunAsync(definition, PlatformsOf(definition), Stop));
                    if (Json)
                        report.Result(CompareView.Json(comparisons));
                    else
                        CompareView.Show(report, comparisons);
                    CompareView.RequireAgreement(comparisons);
                });

    /// <summary>Of the images that <c>--dockerfile</c> means, or does not.</summary>
    private Workspace ChosenWorkspace => Dockerfile ? Workspace with { Way = BuildMethod.Dockerfile } : Workspace;

    private Workspace DockerfileWorkspace => (Rehearsal ? Workspace.Rehearsal : Workspace) with { Way = BuildMethod.Dockerfile };

    /// <summary>What the Engines are given: upstream's files are fetched here only where they are to be read from here.</summary>
    private async Task<IReadOnlyList<AssemblyRequest>> DockerfileInputsAsync(SourceFetcher supply, Report report)
    {
        if (Rehearsal)
            return await new RehearsalRun(Workspace, RootDirectory, supply, report).InputsAsync(ImageNames(), PlatformsOf, Stop);
        IReadOnlyList<AssemblyRequest> inputs = await InputsAsync(report);
        if (supply.HasUpstreamMirror || supply.IsOffline)
        {
            AssemblyRequest[] upstream = [.. inputs.Select(input => input with { Lock = input.Lock with { Packages = [] } })];
            await NewPipeline(report).FetchAsync(upstream, supply, supply.Upstream, withStandIns: false, Stop);
        }

        return inputs;
    }
}
