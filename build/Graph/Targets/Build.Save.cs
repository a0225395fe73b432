using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>A verified release as one file.</summary>
internal sealed partial class Build
{
    private const string DefaultLimit = "100MB";

    [Parameter("Save: also save everything else that refers to the image, unverified, up to --limit")]
    private readonly bool AllReferrers;

    [Parameter("Save: most bytes of --all-referrers, as 100MB or 2GiB; default: 100MB")]
    private readonly string? Limit;

    [Category("Verify")]
    [Example("Save --reference quay.io/poseidon/kubelet:v1.36.4 --to kubelet.tar --public-key slipway.pub", "to carry a release elsewhere")]
    [Example("Save --images kubelet --to kubelet.tar --public-key slipway.pub", "the image of artifacts/")]
    private Target Save =>
        _ =>
            _.Description(
                    "Write a verified release into an archive: --reference, or the local layout of --images NAME, with "
                        + "all signatures and attestations of it, to the file --to"
                )
                .After(Assemble, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (To is null || (Reference is null && Images.Length != 1))
                        throw new WorkflowException(
                            "Save: wanted --reference REPOSITORY:TAG or --images NAME, and --to FILE",
                            FailureKind.WrongUse
                        );
                    // Something there that has no length may be a device, and a rename would take its place.
                    if (
                        !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(To)))
                        || Directory.Exists(To)
                        || (File.Exists(To) && RegularFile.LengthOf(To) is null or 0)
                    )
                        throw new WorkflowException($"--to {To}: wanted a file in a folder that exists", FailureKind.WrongUse);
                    RequireReferenceOfOfficial();
                    long? mostUnverified = MostUnverified;
                    PolicyFile? file = await BelieveRootAsync(local: null, Policy is null ? null : ReadPolicy(Policy));
                    ReleaseSigners? signers = file is null ? await NewReleaseSignersAsync() : null;
                    ReleasePolicy PolicyFor(KnownImage? image) =>
                        file is null ? Policies.Of(signers!, image) : Policies.Of(file, VerifyFolder);
                    using HttpTransport? transport = Reference is null ? null : NewTransport(report);
                    (VerificationRequest release, ReleasePolicy policy) = transport is null
                        ? LocalRelease((await DefinitionsAsync())[0], PolicyFor)
                        : RemoteRelease(
                            ParseArgument(() => Oci.Reference.Parse(Reference!)),
                            Connect(transport),
                            file is null ? Officials : Officials with { All = [file.Known] },
                            PolicyFor
                        );
                    SaveWorkflow workflow = new(policy, file?.Believed ?? [signers!.Signer, .. signers.Reproducers], report.Line)
                    {
                        MostUnverified = mostUnverified,
                        Sigstore = Sigstore,
                    };
                    await workflow.RunAsync(release, To, Stop);
                    report.Result($"oci-archive:{To}:{release.Wanted}");
                });

    private long? MostUnverified =>
        AllReferrers ? ParseArgument(() => ByteSize.Parse(Limit ?? DefaultLimit))
        : Limit is null ? null
        : throw new WorkflowException("--limit: it applies only to --all-referrers, which is missing. Give both", FailureKind.WrongUse);

    private (VerificationRequest Release, ReleasePolicy Policy) LocalRelease(
        ImageDefinition definition,
        Func<KnownImage?, ReleasePolicy> policy
    ) => (ChosenWorkspace.ReleaseOf(definition), policy(definition.Known()) with { Claims = TagClaims.None });

    private static (VerificationRequest Release, ReleasePolicy Policy) RemoteRelease(
        Reference reference,
        RegistryClient client,
        OfficialChoice officials,
        Func<KnownImage?, ReleasePolicy> policy
    )
    {
        if (reference.Tag is null || reference.Digest is not null)
            throw new WorkflowException($"--reference {reference}: wanted a tag, which the archive gets, too", FailureKind.WrongUse);
        (KnownImage? image, Reference official) = officials.Of(reference);
        return (client.Repository(reference).Release(reference.Tag, official), policy(image));
    }
}
