using Nuke.Common;
using Nuke.Common.IO;
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

    [Parameter(
        "Verify, Save: policy in JSON that says who must have signed and when, who rebuilt it, and what else (images/policy.schema.json); "
            + "Drift: one, or a folder with NAME.policy.json for each image"
    )]
    private readonly AbsolutePath? Policy;

    [Category("Verify")]
    [Example("Verify --reference quay.io/poseidon/kubelet:v1.36.4 --public-key slipway.pub", "a release")]
    [Example("Verify --public-key slipway.pub", "what is below artifacts/")]
    [Example("Verify --rehearsal --deep", "what was rehearsed, down to every file")]
    private Target Verify =>
        _ =>
            _.Description(
                    "Verify signatures, SBOM and provenance: of --reference, in a registry, a folder or an archive, or "
                        + "of the local layouts"
                )
                .After(Assemble, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    LocalReference? local = Reference is null ? null : ParseArgument(() => LocalReference.Parse(Reference));
                    RequireSense(local);
                    RequireReferenceOfOfficial();
                    if (Rehearsal)
                    {
                        await VerifyRehearsalAsync(report);
                        return;
                    }

                    if (Refresh)
                        await UsedTrustedRootAsync(report);
                    SummaryFile? summary = PreparedSummary();
                    PolicyChoice policies = Policies;
                    PolicyFile? file = Policy is null ? null : ReadPolicy(Policy);
                    file = await BelieveRootAsync(local, file);
                    ReleaseSigners? signers = file is null ? await NewReleaseSignersAsync() : null;
                    ReleasePolicy? asked = null;
                    ReleasePolicy PolicyFor(KnownImage? image) =>
                        asked = file is null ? policies.Of(signers!, image) : policies.Of(file, VerifyFolder);
                    (ReleaseVerdict verdict, Oci.Reference? repository) = Reference is null
                        ? (
                            await new VerifyWorkflow(definition => PolicyFor(definition.Known())).LayoutsAsync(
                                ChosenWorkspace,
                                await DefinitionsAsync(),
                                Stop
                            ),
                            null
                        )
                        : await VerifyReferenceAsync(
                            new(file is null ? Officials : Officials with { All = [file.Known] }, PolicyFor, report.Line),
                            local,
                            report
                        );
                    if (Json)
                        report.Result(VerificationView.Json(verdict));
                    else
                        VerificationView.Show(report, verdict);
                    if (summary is not null)
                        await WriteSummaryAsync(summary, verdict, asked!, repository, isRemote: Reference is not null && local is null);
                    verdict.RequirePassed();
                });

    /// <summary>What was rehearsed, by the keys that rehearsals left beside it: that says that it is whole, and not who made it.</summary>
    private async Task VerifyRehearsalAsync(Report report)
    {
        if (Reference is not null || Dockerfile || Policy is not null || (PublicKey ?? (object?)Identity ?? Issuer) is not null)
            throw new WorkflowException(
                "--rehearsal: what was rehearsed is verified by the key that its rehearsal left. Leave out --reference, --dockerfile, "
                    + "--policy, --public-key, --identity and --issuer",
                FailureKind.WrongUse
            );
        Workspace workspace = Workspace.Rehearsal;
        ReleaseVerdict verdict = await VerifyWorkflow
            .OfRehearsals(workspace, Deep ? VerifyFolder : null)
            .LayoutsAsync(workspace, await DefinitionsAsync(), Stop);
        if (Json)
            report.Result(VerificationView.Json(verdict));
        else
            VerificationView.Show(report, verdict);
        report.Note("a rehearsal: its key was thrown away, so that this says that it is whole and not who made it");
        verdict.RequirePassed();
    }

    /// <summary>Has identities believed by the trusted root whose digest was named, before anybody is.</summary>
    private async Task<PolicyFile?> BelieveRootAsync(LocalReference? local, PolicyFile? file)
    {
        if (CarriedRoot.Named(TrustedRootDigest, file) is not { } wanted)
            return file;
        _sigstore = await CarriedRoot.ChooseAsync(wanted, local, Sigstore, () => Directory.CreateDirectory(ArchivesFolder).FullName, Stop);
        return file?.By(_sigstore);
    }

    private void RequireSense(LocalReference? local)
    {
        if (AllRegistries && (Reference is null || local is not null))
            throw new WorkflowException("--all-registries: wanted --reference REPOSITORY:TAG or REPOSITORY@DIGEST", FailureKind.WrongUse);
        if (TrustFolder is not null && local is null)
            throw new WorkflowException(
                "--trust: wanted a local --reference; a registry's image is verified with the signatures there",
                FailureKind.WrongUse
            );
    }

    private async Task<(ReleaseVerdict, Oci.Reference?)> VerifyReferenceAsync(
        ReferenceVerifier verifier,
        LocalReference? local,
        Report report
    )
    {
        // Files are all that is read then: no request is sent.
        if (local is not null)
            return await verifier.FilesAsync(local, TrustFolder, ArchivesFolder, Stop);
        Reference reference = ParseArgument(() => Oci.Reference.Parse(Reference!));
        using HttpTransport transport = NewTransport(report);
        return (await verifier.RegistryAsync(reference, AllRegistries, Connect(transport).Repository, Stop), reference);
    }

    private PolicyFile ReadPolicy(string path)
    {
        if (PublicKey is not null || (Identity ?? Issuer) is not null || ReproducedBy.Length > 0)
            throw new WorkflowException(
                "--policy says who must have signed and rebuilt it, so --public-key, --identity, --issuer and --reproduced-by do not go "
                    + "with it",
                FailureKind.WrongUse
            );
        return PolicyFile.Read(path, Sigstore);
    }

    /// <summary>Where an archive is unpacked while it is read.</summary>
    private string ArchivesFolder => Path.Combine(Workspace.Cache, "archives");
}
