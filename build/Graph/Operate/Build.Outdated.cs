using Nuke.Common;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Updates;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What is newer than the locks.</summary>
internal sealed partial class Build
{
    [Parameter("Outdated: fail when there is something newer (any), or a security update (security)")]
    private readonly FailOn? FailOn;

    private Target Outdated =>
        _ =>
            _.Description("Compare the locks with what upstream and Debian have now; changes nothing")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    UpdateChecker checker = NewUpdateChecker(sources);
                    List<AvailableUpdates> updates = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                    {
                        report.Line($"{input.Name}: asking what is newer");
                        updates.Add(await checker.LookAsync(input.Definition, input.Lock, Reach, ReadAdvisories(), Stop));
                    }

                    if (Json)
                        report.Result(OutdatedView.Json(updates));
                    else
                        OutdatedView.Show(report, updates);
                    OutdatedView.Require(updates, FailOn);
                });
}
