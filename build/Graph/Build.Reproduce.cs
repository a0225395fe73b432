using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Building what others published a second time.</summary>
internal sealed partial class Build
{
    [Parameter("Reproduce: sign what came of it, unless it came out otherwise, in artifacts/reproduction/NAME/trust")]
    private readonly bool Attest;

    [Parameter("Reproduce: with --attest, also put it beside the release in the registry of --reference")]
    private readonly bool Push;

    [Parameter("Verify: who must have built the same again: public keys in PEM, or IDENTITY,ISSUER")]
    private readonly string[] ReproducedBy = [];

    private Target Reproduce =>
        _ =>
            _.Description(
                    "Build the verified release --reference again from the commit that its provenance names, and compare: "
                        + "identical, or what differs"
                )
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    if (Dockerfile)
                        throw new TargetFailedException(
                            "--dockerfile: what a Docker Engine builds is never the same bytes twice. Run ./build.sh "
                                + "BuildDockerfile Compare",
                            Exit.WrongUse
                        );
                    if (Push && !Attest)
                        throw new TargetFailedException("--push: it sends what --attest signs. Give both", Exit.WrongUse);
                    using SourceFetcher supply = NewSupply(report);
                    if (Rehearsal)
                        await RehearseReproductionAsync(supply, report);
                    else
                        await ReproduceReferenceAsync(supply, report);
                });

    private async Task ReproduceReferenceAsync(SourceFetcher supply, Report report)
    {
        if (Reference is null)
            throw new TargetFailedException(
                "Reproduce: wanted --reference REPOSITORY:TAG, REPOSITORY@DIGEST, a layout folder or oci-archive:FILE",
                Exit.WrongUse
            );
        LocalReference? local = Given(() => LocalReference.Parse(Reference));
        if (local is not null && Push)
            throw new TargetFailedException(
                $"--push: {local} is no registry. Push from --reference REPOSITORY:TAG, which adopts what was signed",
                Exit.WrongUse
            );
        // Who cannot sign is told before anything is built.
        ISigner? signer = Attest ? await RebuilderAsync() : null;
        using IDisposable? held = signer as IDisposable;
        ITrustedSigner releaser = await ReleasersAsync();
        ReproduceRun run = new(Workspace, RootDirectory, supply, report, TimeProvider.System);
        if (local is not null)
        {
            using LocalImage image = LocalImage.Open(local, TrustFolder, Workspace.Cache / "archives", Stop);
            (string wanted, string? tag) = Given(() => image.Choose(local.Wanted));
            ImageDefinition definition = SourceOf(local.ToString(), await OfficialOfAsync(image, wanted));
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

        Reference reference = Given(() => Oci.Reference.Parse(Reference));
        using HttpTransport transport = NewTransport(report);
        Repository site = Connect(transport).Repository(reference);
        ImageDefinition known = SourceOf(reference.ToString(), Officials.Of(reference));
        string named = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new TargetFailedException($"--reference {reference}: wanted a tag or a digest", Exit.WrongUse);
        VerificationRequest remote = new()
        {
            Content = site,
            Signatures = site,
            Wanted = named,
            Official = known.Official,
        };
        await FinishAsync(run, NewRequest(known, reference.Tag, remote, releaser), signer, Push ? site : null, report);
    }

    private static ImageDefinition SourceOf(string reference, OfficialImage image) =>
        image.Definition
        ?? throw new TargetFailedException(
            $"--reference {reference}: {image.Repository.Name} is the repository of no image under images/, so nothing here is its "
                + "source. Of a copy give --images NAME",
            Exit.WrongUse
        );

    private ReproduceRequest NewRequest(ImageDefinition definition, string? tag, VerificationRequest release, ITrustedSigner releaser) =>
        new()
        {
            Text = Reference!,
            Definition = definition,
            Release = release,
            Policy = PolicyOf(releaser, definition) with { Claims = tag is null ? null : TagClaims.Of(tag) },
            Platforms = [.. Platforms.Select(text => Given(() => Platform.Parse(text))).Distinct()],
        };

    /// <summary>
    /// Builds, signs, tells, and fails where it came out otherwise: what was signed is kept and sent before a registry can refuse it.
    /// </summary>
    private async Task FinishAsync(ReproduceRun run, ReproduceRequest request, ISigner? signer, Repository? site, Report report)
    {
        ReproductionRecord record = await run.RunAsync(request, Stop);
        if (Json)
            report.Result(record.ToBytes());
        else
            ReproductionView.Show(report, record);
        ReproductionView.RequireReproduced(record);
        if (signer is not null)
            await run.AttestAsync(request, record, signer, Builder.Of(Environment.GetEnvironmentVariable), site, Stop);
    }

    /// <summary>The same with what a rehearsal publishes, from the commit that is checked out, by the rehearsal's key.</summary>
    private async Task RehearseReproductionAsync(SourceFetcher supply, Report report)
    {
        if (Reference is not null)
            throw new TargetFailedException("--rehearsal: it makes the release itself; wanted no --reference", Exit.WrongUse);
        RehearsalRun rehearsal = new(Workspace, RootDirectory, supply, report);
        ReproduceRun run = new(Workspace.Rehearsal, RootDirectory, supply, report, TimeProvider.System)
        {
            Prepare = rehearsal.PrepareAsync,
        };
        await rehearsal.RunAsync(ImageNames(), PlatformsOf, Stop, async (image, registries, signer) =>
        {
            ImageDefinition definition = image.Input.Definition;
            Repository site = registries.Connect().Repository(definition.Official);
            ReleasePolicy policy = ReleasePolicy.RequireRehearsal(signer.Key);
            VerificationRequest release = new()
            {
                Content = site,
                Signatures = site,
                Wanted = image.Record.Plan.Release,
                Official = definition.Official,
            };
            ReproduceRequest request = new()
            {
                Text = $"{definition.Official.Name}:{image.Record.Plan.Release}",
                Definition = definition,
                Release = release,
                Policy = policy with { Provenance = policy.Provenance with { Image = definition.Name } },
                IsRehearsal = true,
            };
            await FinishAsync(run, request, Attest ? signer : null, Push ? site : null, report);
            if (Push)
                (await new ReleaseVerifier(policy with { ReproducedBy = [signer.Trusted] }).VerifyAsync(release, Stop)).RequirePassed();
        });
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

    private async Task<Judges> NewJudgesAsync(Report report)
    {
        ITrustedSigner trusted = await Signers.TrustedAsync(Stop);
        var reproducers = ImmutableArray.CreateBuilder<ITrustedSigner>();
        foreach (string named in ReproducedBy)
            reproducers.Add(await ReproducerAsync(named));
        if (reproducers.FirstOrDefault(signer => reproducers.Count(other => IsSame(signer, other)) > 1) is { } twice)
            throw new TargetFailedException($"--reproduced-by: {twice.Name} is named twice, and counts once", Exit.WrongUse);
        if (reproducers.Any(signer => IsSame(signer, trusted)))
            throw new TargetFailedException(
                $"--reproduced-by: {trusted.Name} signs the release itself, so its word on the reproduction is no second one. Name "
                    + "somebody else",
                Exit.WrongUse
            );
        return new Judges(trusted, reproducers.ToImmutable());
    }

    /// <summary>Whether two are one: names are abbreviated, and an identity is one whoever judges its certificates.</summary>
    private static bool IsSame(ITrustedSigner one, ITrustedSigner other) =>
        (one, other) switch
        {
            (CertificateIdentity mine, CertificateIdentity theirs) => (mine.Subject, mine.Issuer) == (theirs.Subject, theirs.Issuer),
            _ => one.Equals(other),
        };

    private async Task<ITrustedSigner> ReproducerAsync(string named)
    {
        if (Path.Exists(named))
            return VerificationKey.FromFile(named);
        return named.Split(',') is [{ Length: > 0 } identity, { Length: > 0 } issuer]
            ? await (
                Signers with
                {
                    SigningKey = null,
                    KmsKey = null,
                    PublicKey = null,
                    Identity = identity,
                    Issuer = issuer,
                    Environment = _ => null,
                }
            ).TrustedAsync(Stop)
            : throw new SigningKeyException(
                $"--reproduced-by {named}: there is no such file; wanted a public key in PEM, or IDENTITY,ISSUER"
            );
    }
}
