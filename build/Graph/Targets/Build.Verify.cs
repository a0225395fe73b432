using Nuke.Common;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Verification;
using Slipway.Views;
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
                    ReleaseSigners signers = await NewReleaseSignersAsync(report);
                    VerifyWorkflow workflow = new(definition => FullPolicyOf(signers, definition), report.Line);
                    ReleaseVerdict verdict =
                        local is not null ? await VerifyFilesAsync(workflow, local)
                        : Reference is not null
                            ? await VerifyReferenceAsync(workflow, ParseArgument(() => Oci.Reference.Parse(Reference)), report)
                        : await workflow.LayoutsAsync(ChosenWorkspace, await DefinitionsAsync(), Stop);
                    if (Json)
                        report.Result(VerificationView.Json(verdict));
                    else
                        VerificationView.Show(report, verdict);
                    verdict.RequirePassed();
                });

    private async Task<ReleaseVerdict> VerifyReferenceAsync(VerifyWorkflow workflow, Reference reference, Report report)
    {
        OfficialImage official = Officials.Of(reference);
        using HttpTransport transport = NewTransport(report);
        return await workflow.ReferenceAsync(reference, official, AllRegistries, Connect(transport), Stop);
    }

    /// <summary>Reads files and nothing else: no request is sent.</summary>
    private async Task<ReleaseVerdict> VerifyFilesAsync(VerifyWorkflow workflow, LocalReference reference)
    {
        using LocalImage image = LocalImage.Open(reference, TrustFolder, Path.Combine(Workspace.Cache, "archives"), Stop);
        (string wanted, string? tag) = ParseArgument(() => image.Choose(reference.Wanted));
        return await workflow.FilesAsync(image, (wanted, tag), await OfficialOfAsync(image, wanted), Stop);
    }
}
