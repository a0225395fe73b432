using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Images;

namespace Slipway.Graph;

/// <summary>What goes in: lock and fetch.</summary>
internal sealed partial class Build
{
    [Parameter("Fetch, Assemble, Rehearse: use the cache alone, and name what it lacks")]
    private readonly bool Offline;

    [Parameter("Fetch: verify upstream's own signatures too, also of files that were fetched before; none may be worse than the lock says")]
    private readonly bool VerifyUpstream;

    [Parameter("Lock, Update: take upstream files whose signature is missing or wrong for their checksums alone, and write that down")]
    private readonly bool AcceptUnsignedUpstreamUnsafe;

    private Target Lock =>
        _ =>
            _.Description("Resolve packages and upstream files to hashes, and write image.lock.json")
                .Before(Fetch, Assemble)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    LockMaker maker = supply.NewLockMaker();
                    foreach (string image in ImageNames())
                    {
                        ImageDefinition definition = ImageDefinitionFile.Read(Workspace.Definition(image));
                        report.Line(
                            $"{image}: resolving {definition.Layers.Sum(layer => layer.Packages.Length)} wanted packages "
                                + $"in {string.Join(", ", definition.Debian.Suites)}"
                        );
                        ImageLock packages = await maker.MakeAsync(
                            definition,
                            await LockMaker.PreviousAsync(Workspace.Definition(image), Stop),
                            Stop
                        );
                        ImageLock made = await supply.WithUpstreamAsync(
                            definition,
                            packages,
                            AcceptUnsignedUpstreamUnsafe,
                            report.Line,
                            Stop
                        );
                        bool changed = await ImageLockFile.WriteAsync(Workspace.Definition(image), made, Stop);
                        report.Line(
                            $"{image}: {made.Packages.Length} packages at {made.Timestamp:yyyy-MM-dd HH:mm:ss}Z; "
                                + $"image.lock.json {(changed ? "written" : "is as it was")}"
                        );
                    }
                });

    private Target Fetch =>
        _ =>
            _.Description("Download what the locks name into the cache, every byte verified")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    IReadOnlyList<AssemblyRequest> inputs = await InputsAsync(report);
                    await NewPipeline(report).FetchAsync(inputs, supply, supply.Upstream, withStandIns: false, Stop);
                    if (!VerifyUpstream)
                        return;
                    foreach (AssemblyRequest input in inputs)
                        await supply
                            .Signatures(report.Line)
                            .RequireAsync(
                                input.Definition,
                                input.Lock,
                                [.. input.Platforms.Select(platform => platform.Architecture)],
                                Stop
                            );
                });

    private Target Assemble =>
        _ =>
            _.Description("Make an OCI image layout of each image: artifacts/NAME/layout")
                .DependsOn(Fetch)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    Pipeline pipeline = new(Workspace, RootDirectory, report, TimeProvider.System);
                    foreach (AssemblyRequest input in await InputsAsync(report))
                        await pipeline.AssembleAsync(input, supply, Stop);
                });

    private Pipeline NewPipeline(Report report) => new(ChosenWorkspace, RootDirectory, report, TimeProvider.System) { Asked = Asked };

    private async Task<IReadOnlyList<AssemblyRequest>> InputsAsync(Report report)
    {
        Pipeline pipeline = NewPipeline(report);
        var inputs = ImmutableArray.CreateBuilder<AssemblyRequest>();
        foreach (string image in ImageNames())
            inputs.Add(await pipeline.ReadAsync(image, PlatformsOf, Stop));
        return inputs.ToImmutable();
    }

    private IReadOnlyList<ImageDefinition> Definitions() =>
        [.. ImageNames().Select(image => ImageDefinitionFile.Read(Workspace.Definition(image)))];
}
