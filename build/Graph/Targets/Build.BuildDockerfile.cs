using Nuke.Common;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The second, independent way to the images.</summary>
internal sealed partial class Build
{
    [Parameter(
        "BuildDockerfile: the base image, as docker.io/library/debian@sha256:…; default: a minimal Debian of the lock's suites, "
            + "made by mmdebstrap as root"
    )]
    private readonly string? Base;

    [Category("Build")]
    [Example("BuildDockerfile --images flannel-cni", "the second way to an image")]
    [Example("Assemble BuildDockerfile Compare", "and whether both agree")]
    private Target BuildDockerfile =>
        _ =>
            _.Description(
                    "Build images/NAME/Dockerfile in the Docker Engine: for each platform, into the layout "
                        + "artifacts/NAME/dockerfile/layout"
                )
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    Reference? named = Base is null ? null : ParseArgument(() => Oci.Reference.Parse(Base));
                    if (named is { Digest: null })
                        throw new WorkflowException(
                            $"--base {Base}: wanted a digest, as {named.Name}@sha256:…; a tag may name something else tomorrow",
                            FailureKind.WrongUse
                        );
                    using SourceFetcher sources = NewSources(report);
                    using EngineChoice engines = NewEngines(report);
                    IReadOnlyList<AssemblyRequest> inputs = await DockerfileInputsAsync(sources, report);
                    DockerfileWorkflow run = new(DockerfileWorkspace, engines, sources.DebianForEngine, report.Line, TimeProvider.System)
                    {
                        Base = named,
                        Upstream = Rehearsal || sources.HasUpstreamMirror || sources.IsOffline ? sources.Cache : null,
                    };
                    foreach (AssemblyRequest input in inputs)
                    {
                        AssembledImage image = await run.BuildAsync(input, Stop);
                        if (InvokedTargets.Count == 1)
                            report.Result($"{input.Name} {image.Index.Digest}");
                    }
                });

    /// <summary>What the Engines are given: upstream's files are fetched here only where they are to be read from here.</summary>
    private async Task<IReadOnlyList<AssemblyRequest>> DockerfileInputsAsync(SourceFetcher sources, Report report)
    {
        if (Rehearsal)
            return await new RehearseWorkflow(Workspace, RootDirectory, sources, report.Line, TimeProvider.System).InputsAsync(
                await ImagesAsync(),
                PlatformsOf,
                Stop
            );
        IReadOnlyList<AssemblyRequest> inputs = await InputsAsync();
        if (sources.HasUpstreamMirror || sources.IsOffline)
        {
            AssemblyRequest[] upstream = [.. inputs.Select(input => input with { Lock = input.Lock with { Packages = [] } })];
            await new FetchWorkflow(sources, report.Line).RunAsync(upstream, Stop);
        }

        return inputs;
    }
}
