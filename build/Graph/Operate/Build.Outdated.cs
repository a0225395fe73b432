using Nuke.Common;
using Slipway.Advisories;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What is newer than the locks.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Outdated: fail when there is something newer (any), or a security update (security); Scan: fail at findings of this severity or "
            + "worse (critical, high, medium, low), or at what a new lock would mend (fixable)"
    )]
    private readonly FailOn? FailOn;

    [Category("Keep current")]
    [Example("Outdated", "all images")]
    [Example("Outdated --images kubelet --fail-on security", "for a nightly job")]
    private Target Outdated =>
        _ =>
            _.Description("Find what upstream and Debian have newer: compares the locks with both and changes nothing")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (FailOn > Views.FailOn.Security)
                        throw new WorkflowException($"--fail-on {FailOn}: Outdated wanted any or security", FailureKind.WrongUse);
                    using SourceFetcher sources = NewSources(report);
                    UpdateChecker checker = NewUpdateChecker(sources);
                    Func<AdvisoryScope, AdvisoryList>? advisories = await AdvisoriesAsync(report);
                    List<AvailableUpdates> updates = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                    {
                        report.Line($"{input.Name}: asking what is newer");
                        updates.Add(await checker.LookAsync(input.Definition, input.Lock, Reach, advisories, Stop));
                    }

                    if (Json)
                        report.Result(OutdatedView.Json(updates));
                    else
                        OutdatedView.Show(report, updates);
                    OutdatedView.Require(updates, FailOn);
                });
}
