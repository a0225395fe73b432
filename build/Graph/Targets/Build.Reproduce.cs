using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Building what others published a second time.</summary>
internal sealed partial class Build
{
    [Parameter("Reproduce: sign the result, unless it differs, in artifacts/reproduction/NAME/trust")]
    private readonly bool Attest;

    [Parameter("Reproduce: with --attest, also put it beside the release in the registry of --reference")]
    private readonly bool Push;

    [Category("Verify")]
    [Example("Reproduce --reference quay.io/poseidon/kubelet:v1.36.4 --public-key slipway.pub", "with every package as it was")]
    [Example("Reproduce --reference quay.io/poseidon/kubelet:v1.36.4 --public-key slipway.pub --json", "the answer for a program")]
    private Target Reproduce =>
        _ =>
            _.Description(
                    "Build a verified release again and compare: --reference, from the commit that its provenance names; "
                        + "identical, or what differs"
                )
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Dockerfile)
                        throw new WorkflowException(
                            "--dockerfile: what a Docker Engine builds is never the same bytes twice. Run ./build.sh "
                                + "BuildDockerfile Compare",
                            FailureKind.WrongUse
                        );
                    if (Push && !Attest)
                        throw new WorkflowException("--push: it sends the result of --attest. Give both", FailureKind.WrongUse);
                    using SourceFetcher sources = NewSources(report);
                    if (Rehearsal)
                        await RehearseReproductionAsync(sources, report);
                    else
                        await ReproduceReferenceAsync(sources, report);
                });

    private async Task ReproduceReferenceAsync(SourceFetcher sources, Report report)
    {
        if (Reference is null)
            throw new WorkflowException(
                "Reproduce: wanted --reference REPOSITORY:TAG, REPOSITORY@DIGEST, a layout folder or oci-archive:FILE",
                FailureKind.WrongUse
            );
        LocalReference? local = ParseArgument(() => LocalReference.Parse(Reference));
        if (local is not null && Push)
            throw new WorkflowException(
                $"--push: {local} is not a registry. Push from --reference REPOSITORY:TAG, which adopts what was signed",
                FailureKind.WrongUse
            );
        // Who cannot sign is told before anything is built.
        ISigner? signer = Attest ? await RebuilderAsync() : null;
        using IDisposable? held = signer as IDisposable;
        ITrustedSigner releaser = await ReleasersAsync();
        ReproduceWorkflow run = new(Workspace, RootDirectory, sources, report.Line, TimeProvider.System);
        if (local is not null)
        {
            using LocalImage image = LocalImage.Open(local, TrustFolder, ArchivesFolder, Stop);
            (string wanted, string? tag) = ParseArgument(() => image.Choose(local.Wanted));
            ImageDefinition definition = SourceOf(
                local.ToString(),
                await Officials.OfFilesAsync(image, wanted, $"--reference {Reference}", Stop)
            );
            VerificationRequest files = new()
            {
                Content = image.Content,
                Signatures = image.Trust,
                Wanted = wanted,
                Official = definition.Official,
            };
            await FinishAsync(run, NewRequest(definition, tag, files, releaser), signer, null, report);
            return;
        }

        Reference reference = ParseArgument(() => Oci.Reference.Parse(Reference));
        using HttpTransport transport = NewTransport(report);
        Repository site = Connect(transport).Repository(reference);
        ImageDefinition known = SourceOf(reference.ToString(), Officials.Of(reference));
        string named = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new WorkflowException($"--reference {reference}: wanted a tag or a digest", FailureKind.WrongUse);
        ReproduceRequest request = NewRequest(known, reference.Tag, site.Release(named, known.Official), releaser);
        await FinishAsync(run, request, signer, Push ? site : null, report);
    }

    private ImageDefinition SourceOf(string reference, OfficialImage official) =>
        AllDefinitions().FirstOrDefault(definition => definition.Name == official.Image?.Name)
        ?? throw new WorkflowException(
            $"--reference {reference}: {official.Repository.Name} is not the repository of an image under images/, so its source is not here. "
                + "For a copy give --images NAME",
            FailureKind.WrongUse
        );

    private ReproduceRequest NewRequest(ImageDefinition definition, string? tag, VerificationRequest release, ITrustedSigner releaser) =>
        new()
        {
            Text = Reference!,
            Definition = definition,
            Release = release,
            Policy = PolicyOf(releaser, definition) with { Claims = tag is null ? null : TagClaims.Of(tag) },
            Platforms = [.. Platforms.Select(text => ParseArgument(() => Platform.Parse(text))).Distinct()],
        };

    /// <summary>
    /// Builds, signs, tells, and fails where it came out otherwise: what was signed is kept and sent before a registry can refuse it.
    /// </summary>
    private async Task FinishAsync(ReproduceWorkflow run, ReproduceRequest request, ISigner? signer, Repository? site, Report report)
    {
        ReproductionRecord record = await run.RunAsync(request, Stop);
        if (Json)
            report.Result(record.ToBytes());
        else
            ReproductionView.Show(report, record);
        ReproductionView.RequireReproduced(record);
        if (signer is not null)
            await run.AttestAsync(request, record, new Rebuilder(signer, Builder.Of(Environment.GetEnvironmentVariable)), site, Stop);
    }

    /// <summary>The same with what a rehearsal publishes, from the commit that is checked out, by the rehearsal's key.</summary>
    private async Task RehearseReproductionAsync(SourceFetcher sources, Report report)
    {
        if (Reference is not null)
            throw new WorkflowException(
                "--rehearsal: it makes the release itself and cannot be combined with --reference",
                FailureKind.WrongUse
            );
        RehearseWorkflow rehearsal = new(Workspace, RootDirectory, sources, report.Line, TimeProvider.System);
        ReproduceWorkflow run = new(Workspace.Rehearsal, RootDirectory, sources, report.Line, TimeProvider.System)
        {
            Prepare = rehearsal.PrepareAsync,
        };
        await rehearsal.RunAsync(await ImagesAsync(), PlatformsOf, Stop, async (image, registries, signer) =>
        {
            ImageDefinition definition = image.Input.Definition;
            Repository site = registries.Connect().Repository(definition.Official);
            ReproduceRequest request = ReproduceRequest.OfRehearsal(image, site, signer);
            await FinishAsync(run, request, Attest ? signer : null, Push ? site : null, report);
            if (Push)
                await RequireReproducedAsync(request, signer);
        });
    }

    /// <summary>What was just put beside the release is what a verifier wants to see there.</summary>
    private async Task RequireReproducedAsync(ReproduceRequest request, KeySigner signer)
    {
        ReleaseVerifier verifier = new(request.Policy with { ReproducedBy = [signer.Trusted] });
        (await verifier.VerifyAsync(request.Release, Stop)).RequirePassed();
    }

    /// <summary>Whose release it is: by what says whom to believe alone, since <c>--signing-key</c> is the rebuilder's.</summary>
    private Task<ITrustedSigner> ReleasersAsync() =>
        (
            (PublicKey ?? (object?)Identity ?? Issuer) is null
                ? Signers
                : Signers with
                {
                    SigningKey = null,
                    KmsKey = null,
                    Kind = null,
                    Environment = _ => null,
                }
        ).TrustedAsync(Stop);

    /// <summary>Who builds again: by what signs alone; an identity is that of this CI's job.</summary>
    private Task<ISigner> RebuilderAsync() => (Signers with { PublicKey = null, Identity = null, Issuer = null }).OpenAsync(Stop);
}
