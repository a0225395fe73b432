using Nuke.Common;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Resolving what goes in to hashes.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Lock", "all images, by what Debian has now")]
    [Example("Lock --images kubelet", "one image")]
    private Target Lock =>
        _ =>
            _.Description("Resolve packages and upstream files to hashes: images/NAME/image.lock.json")
                .Before(Fetch, Assemble, Rehearse)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    LockWorkflow workflow = new(Workspace, sources, report.Line) { AcceptUnsignedUnsafe = AcceptUnsignedUpstreamUnsafe };
                    foreach (string image in await ImagesAsync())
                        await workflow.RunAsync(image, Stop);
                });
}
