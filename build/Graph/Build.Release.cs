using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What goes out: preview and publish.</summary>
internal sealed partial class Build
{
    [Parameter("Preview, Publish, Doctor: these registries alone, as quay or quay.io; default: all of the image")]
    private readonly string[] Registries = [];

    [Parameter("Publish, Mirror: put a release back that was withdrawn")]
    private readonly bool RepublishWithdrawnUnsafe;

    private Target Preview =>
        _ =>
            _.Description(
                    "Print every destination, digest and tag, and write artifacts/NAME/plan.json; with --release the tags that "
                        + "Withdraw would take off"
                )
                .After(Assemble, Sign)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    if (WithdrawnRelease is not null)
                    {
                        await PreviewWithdrawalAsync(report);
                        return;
                    }

                    foreach (ImageDefinition definition in Definitions())
                    {
                        ReleasePlan plan = await NewPipeline(report).PreviewAsync(definition, ChosenRegistries, Stop);
                        if (Json)
                            report.Result(PlanDocument.ToBytes(plan));
                        else
                            Views.Plan(report, plan);
                    }
                });

    private Target Publish =>
        _ =>
            _.Description("Push content and signatures to every registry, read them back, write the tags last")
                .DependsOn(Preflight)
                .After(Assemble, Sign, Preview, Load, Smoke)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using HttpTransport transport = NewTransport(report);
                    ITrustedSigner signer = await Signers.TrustedAsync(Stop);
                    // What cannot be planned for one image is known before anything of another is sent.
                    List<ImageDefinition> due = [];
                    foreach (ImageDefinition definition in Definitions())
                    {
                        ReleasePlan plan = await NewPipeline(report).PreviewAsync(definition, ChosenRegistries, Stop);
                        await RequireNotWithdrawnAsync(definition.Name, plan.Release, plan.Index.Digest);
                        if (!await Publisher.StandsAsync(plan, Connect(transport), Stop))
                            due.Add(definition);
                    }

                    // What ran in this very run, or before it was published, need not run again.
                    bool tried = Platforms.Length == 0 && SucceededTargets.Any(target => target.Name == nameof(Smoke));
                    await SmokeFirstAsync(report, tried ? [] : due);
                    foreach (ImageDefinition definition in Definitions())
                    {
                        ReleaseRecord record = await NewPipeline(report)
                            .PublishAsync(definition, ChosenRegistries, () => Connect(transport), PolicyOf(signer, definition), Stop);
                        // As a step on the way to Release it tells the log alone: standard output is that target's.
                        if (InvokedTargets.All(target => target.Name != nameof(Publish)))
                            report.Line($"{definition.Name}: published as {record.Reference}");
                        else if (Json)
                            report.Result(record.ToBytes());
                        else
                            report.Result(record.Reference.ToString());
                    }
                });

    /// <exception cref="ContentException">It was withdrawn, by a record that is here.</exception>
    private async Task RequireNotWithdrawnAsync(string image, string release, Digest? index)
    {
        if (!RepublishWithdrawnUnsafe)
            (await new ReleaseRecords(Workspace, Records).AllWithdrawnAsync(image, Stop)).RequireNotWithdrawn(release, index);
    }

    private RegistryChoice ChosenRegistries => new([.. Registries]);
}
