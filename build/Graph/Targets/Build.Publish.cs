using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What goes out.</summary>
internal sealed partial class Build
{
    [Category("Publish")]
    [Example("Assemble Inspect Sign Publish --signing-key slipway.key", "all images")]
    [Example("Publish --images kubelet --signing-key slipway.key", "what is signed already")]
    [Example("Publish --registries quay.io --signing-key slipway.key", "one registry alone")]
    private Target Publish =>
        _ =>
            _.Description("Push to every registry, tags last: content and signatures, which are read back before a tag is " + "written")
                .DependsOn(Preflight)
                .After(Assemble, Sign, Preview, Load, Smoke)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using HttpTransport transport = NewTransport(report);
                    ITrustedSigner signer = await Signers.TrustedAsync(Stop);
                    // What cannot be planned for one image is known before anything of another is sent.
                    PublishWorkflow workflow = new(ChosenWorkspace, Git, () => Connect(transport), report.Line)
                    {
                        Registries = ChosenRegistries,
                    };
                    List<ImageDefinition> due = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                    {
                        ReleasePlan plan = await workflow.PreviewAsync(definition, Stop);
                        await RequireNotWithdrawnAsync(definition.Name, plan.Release, plan.Index.Digest);
                        if (!await Publisher.StandsAsync(plan, Connect(transport), Stop))
                            due.Add(definition);
                    }

                    // What ran in this very run, or before it was published, need not run again.
                    bool tried = Platforms.Length == 0 && SucceededTargets.Any(target => target.Name == nameof(Smoke));
                    await SmokeFirstAsync(report, tried ? [] : due);
                    List<ReleaseRecord> published = [];
                    foreach (ImageDefinition definition in await DefinitionsAsync())
                    {
                        ReleaseRecord record = await workflow.RunAsync(definition, PolicyOf(signer, definition), Stop);
                        if (IsStep(nameof(Publish)))
                            report.Line($"{definition.Name}: published as {record.Reference}");
                        else if (Json)
                            report.Result(record.ToBytes());
                        else
                            report.Result(record.Reference.ToString());
                        published.Add(record);
                    }

                    StepOutputs.OfProcess().Set(published);
                });
}
