using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Taking the tags of a release back.</summary>
internal sealed partial class Build
{
    [Parameter("Withdraw: delete the tags without asking")]
    private readonly bool Yes;

    [Parameter("Withdraw: the release's tag, as v1.36.4; Preview: show what would be withdrawn", Name = "Release")]
    private readonly string? WithdrawnRelease;

    [Parameter("Withdraw: why, in one line")]
    private readonly string? Reason;

    [Category("Look after")]
    [Example("Withdraw --images kubelet --release v1.36.4 --reason \"broken mounts\"", "asks before it deletes")]
    [Example("Withdraw --images kubelet --release v1.36.4 --reason \"broken mounts\" --yes", "does not ask")]
    private Target Withdraw =>
        _ =>
            _.Description("Delete a release's tags from every registry: those of --release, never its content, and record " + "--reason")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Images.Length == 0 || WithdrawnRelease is null || string.IsNullOrWhiteSpace(Reason) || Reason.Any(char.IsControl))
                        throw new WorkflowException("Withdraw: wanted --images NAME --release vX.Y.Z --reason \"…\"", FailureKind.WrongUse);
                    RequireReleaseOfIndex(WithdrawnRelease);
                    if (!Yes && !CanAsk)
                        throw new WorkflowException(
                            "Withdraw deletes tags from registries and cannot ask for confirmation without a terminal; nothing was done. "
                                + "Give --yes, or see what it would delete: Preview --images NAME --release vX.Y.Z",
                            FailureKind.WrongUse
                        );
                    using HttpTransport transport = NewTransport(report);
                    WithdrawWorkflow run = NewWithdrawal(transport, report);
                    List<WithdrawalPlan> plans = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                        plans.Add(await run.PlanAsync(definition, WithdrawnRelease, Reason, Stop));
                    WithdrawalView.Log(report, plans);
                    RequireAgreement(plans);
                    List<WithdrawalOutcome> outcomes = [];
                    foreach (WithdrawalPlan plan in plans)
                        outcomes.Add(await run.CarryOutAsync(plan, Stop));
                    if (Json)
                        report.Result(WithdrawalView.Json(outcomes));
                    else
                        WithdrawalView.Show(report, outcomes);
                    WithdrawalView.RequireGone(outcomes);
                });

    private static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    private WithdrawWorkflow NewWithdrawal(HttpTransport transport, Report report) =>
        new(new Withdrawal(Connect(transport), report.Line), new ReleaseRecords(Workspace, Records), TimeProvider.System);

    private static void RequireReleaseOfIndex(string release)
    {
        if (!TagStyles.IsReleaseOfIndex(release))
            throw new WorkflowException(
                $"--release {release}: wanted a release as v1.36.4, v1.36.4-r1 or v1.36.4-2-g23228e6, without platform",
                FailureKind.WrongUse
            );
    }

    /// <summary>A person has seen the plan and says yes, or a script said so beforehand.</summary>
    /// <exception cref="WorkflowException">The person did not.</exception>
    private void RequireAgreement(IReadOnlyList<WithdrawalPlan> plans)
    {
        int tags = plans
            .SelectMany(plan => plan.Destinations)
            .Where(destination => !destination.IsByHand)
            .Sum(destination => destination.Tags.Length);
        if (Yes || tags == 0)
            return;
        Console.Error.Write($"Delete these {tags} tags? Type yes: ");
        if (Console.ReadLine()?.Trim() is not "yes")
            throw new WorkflowException("Withdraw: the answer was not yes; nothing was done", FailureKind.WrongUse);
    }
}
