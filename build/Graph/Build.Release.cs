using Nuke.Common;
using Slipway.Http;
using Slipway.Release;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What goes out: preview and publish.</summary>
internal sealed partial class Build
{
    [Parameter("Preview, Publish, Doctor: these registries alone, as quay or quay.io; default: all of the image")]
    private readonly string[] Registries = [];

    private Target Preview => _ => _
        .Description("Print every destination, digest and tag, and write artifacts/NAME/plan.json")
        .After(Assemble, Sign)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            foreach (ImageDefinition definition in Definitions())
            {
                ReleasePlan plan = await NewPipeline(report).PreviewAsync(definition, ChosenRegistries, Stop);
                if (Json)
                    report.Result(PlanDocument.ToBytes(plan));
                else
                    Views.Plan(report, plan);
            }
        });

    private Target Publish => _ => _
        .Description("Push content and signatures to every registry, read them back, write the tags last")
        .After(Assemble, Sign, Preview, Load, Smoke)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using HttpTransport transport = NewTransport(report);
            ITrustedSigner signer = await Signers.TrustedAsync(Stop);
            // What cannot be planned for one image is known before anything of another is sent.
            foreach (ImageDefinition definition in Definitions())
                await NewPipeline(report).PreviewAsync(definition, ChosenRegistries, Stop);
            await SmokeFirstAsync(report);
            foreach (ImageDefinition definition in Definitions())
            {
                ReleaseRecord record = await NewPipeline(report).PublishAsync(definition, ChosenRegistries, () => Connect(transport), PolicyOf(signer, definition), Stop);
                // As a step on the way to Release it tells the log alone: standard output is that target's.
                if (InvokedTargets.All(target => target.Name != nameof(Publish)))
                    report.Line($"{definition.Name}: published as {record.Reference}");
                else if (Json)
                    report.Result(record.ToBytes());
                else
                    report.Result(record.Reference.ToString());
            }
        });

    private RegistryChoice ChosenRegistries => new([.. Registries]);
}
