using Nuke.Common;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Bringing what is locked into the cache.</summary>
internal sealed partial class Build
{
    [Parameter("Fetch: verify upstream's own signatures too, also of files that were fetched before; none may be worse than in the lock")]
    private readonly bool VerifyUpstream;

    [Category("Build")]
    [Example("Fetch", "so that the next builds need no network")]
    [Example("Fetch --images kubelet --verify-upstream", "upstream's own signatures, too")]
    private Target Fetch =>
        _ =>
            _.Description("Download what the locks name into the cache; every byte is verified")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    IReadOnlyList<AssemblyRequest> inputs = IsStep(nameof(Fetch)) ? await UnmergedAsync(report) : await InputsAsync();
                    FetchWorkflow workflow = new(sources, report.Line);
                    await workflow.RunAsync(inputs, Stop);
                    if (VerifyUpstream)
                        await workflow.VerifyUpstreamAsync(inputs, Stop);
                });
}
