using Nuke.Common;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Judging what others will pull, wherever it is.</summary>
internal sealed partial class Build
{
    [Parameter("Verify: also read every layer and compare it with the SBOM")]
    private readonly bool Deep;

    [Parameter("Verify: --reference on every registry of its image, which must all have the same content")]
    private readonly bool AllRegistries;

    private Target Verify =>
        _ =>
            _.Description(
                    "Verify signatures, SBOM and provenance of --reference, in a registry, a folder or an archive, or of the local layouts"
                )
                .After(Assemble, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    LocalReference? local = Reference is null ? null : ParseArgument(() => LocalReference.Parse(Reference));
                    if (AllRegistries && (Reference is null || local is not null))
                        throw new WorkflowException(
                            "--all-registries: wanted --reference REPOSITORY:TAG or REPOSITORY@DIGEST",
                            FailureKind.WrongUse
                        );
                    if (TrustFolder is not null && local is null)
                        throw new WorkflowException(
                            "--trust: wanted a local --reference; a registry's image is verified with the signatures there",
                            FailureKind.WrongUse
                        );
                    RequireReferenceOfOfficial();
                    ReleaseSigners signers = await NewReleaseSignersAsync();
                    PolicyChoice policies = Policies;
                    ReleaseVerdict verdict = Reference is null
                        ? await new VerifyWorkflow(definition => policies.Of(signers, definition.Known())).LayoutsAsync(
                            ChosenWorkspace,
                            await DefinitionsAsync(),
                            Stop
                        )
                        : await VerifyReferenceAsync(new(Officials, image => policies.Of(signers, image), report.Line), local, report);
                    if (Json)
                        report.Result(VerificationView.Json(verdict));
                    else
                        VerificationView.Show(report, verdict);
                    verdict.RequirePassed();
                });

    private async Task<ReleaseVerdict> VerifyReferenceAsync(ReferenceVerifier verifier, LocalReference? local, Report report)
    {
        // Files are all that is read then: no request is sent.
        if (local is not null)
            return (await verifier.FilesAsync(local, TrustFolder, ArchivesFolder, Stop)).Verdict;
        Reference reference = ParseArgument(() => Oci.Reference.Parse(Reference!));
        using HttpTransport transport = NewTransport(report);
        return await verifier.RegistryAsync(reference, AllRegistries, Connect(transport).Repository, Stop);
    }

    /// <summary>Where an archive is unpacked while it is read.</summary>
    private string ArchivesFolder => Path.Combine(Workspace.Cache, "archives");
}
