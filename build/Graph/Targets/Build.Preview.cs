using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What would go out, or be taken back.</summary>
internal sealed partial class Build
{
    [Category("Publish")]
    [Example("Preview", "what Publish would write, where")]
    [Example("Preview --images kubelet --release v1.36.4", "what Withdraw would delete")]
    private Target Preview =>
        _ =>
            _.Description(
                    "Print every destination, digest and tag: artifacts/NAME/plan.json; with --release the tags that "
                        + "Withdraw would delete"
                )
                .After(Assemble, Sign)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (WithdrawnRelease is not null)
                    {
                        await PreviewWithdrawalAsync(report);
                        return;
                    }

                    PreviewWorkflow workflow = new(ChosenWorkspace, Git, ChosenRegistries);
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                    {
                        ReleasePlan plan = await workflow.RunAsync(definition, Stop);
                        if (Json)
                            report.Result(PlanDocument.ToBytes(plan));
                        else
                            PlanView.Show(report, plan);
                    }
                });

    /// <summary>The plan of a withdrawal, which nobody carries out: registries are read, and not asked what they would delete.</summary>
    private async Task PreviewWithdrawalAsync(Report report)
    {
        if (Images.Length == 0)
            throw new WorkflowException("Preview --release: wanted --images NAME", FailureKind.WrongUse);
        RequireReleaseOfIndex(WithdrawnRelease!);
        using HttpTransport transport = NewTransport(report);
        WithdrawWorkflow run = NewWithdrawal(transport, report);
        List<WithdrawalPlan> plans = [];
        foreach (ImageDefinition definition in await DefinitionsAsync())
            plans.Add(await run.SurveyAsync(definition, WithdrawnRelease!, Stop));
        if (Json)
            report.Result(WithdrawalView.PreviewJson(plans));
        else
            WithdrawalView.Preview(report, plans);
    }
}
