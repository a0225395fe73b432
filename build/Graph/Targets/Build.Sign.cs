using Nuke.Common;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Signing what was inspected.</summary>
internal sealed partial class Build
{
    [Parameter("Sign, Rehearse: form of the SBOM: spdx, or both: CycloneDX 1.6 beside SPDX; default: spdx")]
    private readonly SbomFormat SbomFormat;

    [Category("Publish")]
    [Example("Sign --signing-key slipway.key", "with a key")]
    [Example("Sign --signer cosign", "with this machine's or job's identity")]
    private Target Sign =>
        _ =>
            _.Description(
                    "Sign the layouts, their SBOM and provenance: by a key or an identity, into artifacts/NAME/sbom and "
                        + "artifacts/NAME/trust"
                )
                .DependsOn(Preflight, Inspect)
                .After(Assemble)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    // Who skips the checks has that one made here that nothing else makes.
                    if (SucceededTargets.All(target => target.Name != nameof(Preflight)))
                        await new Preflight([ReleaseChecks.Keys(RootDirectory)]).RequireAsync(report.Line, Stop);
                    ISigner signer = await Signers.OpenAsync(Stop);
                    using IDisposable? held = signer as IDisposable;
                    report.Line($"signing as {signer.Trusted.Name}");
                    Builder builder = Builder.Of(Environment.GetEnvironmentVariable);
                    SignWorkflow workflow = new(ChosenWorkspace, Git, report.Line) { SbomFormat = SbomFormat };
                    foreach (AssemblyRequest input in await InputsAsync())
                        await workflow.RunAsync(input, signer, builder, Stop);
                });
}
