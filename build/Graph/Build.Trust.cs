using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Who signs and whom to believe: sign and verify.</summary>
internal sealed partial class Build
{
    [Parameter("What signs; default: key with --signing-key, cosign with --kms-key or in a CI job that has an OIDC identity")]
    private readonly SignerKind? Signer;

    [Parameter("Private ECDSA key in PEM to sign with; with --signer cosign a key file of cosign's")]
    private readonly AbsolutePath? SigningKey;

    [Parameter("Key of a key management service to sign with through cosign, as awskms:///ALIAS")]
    private readonly string? KmsKey;

    [Parameter("Password of an encrypted signing key"), Secret]
    private readonly string? SigningKeyPassword;

    [Parameter("Public key in PEM to verify with; default: that of the signing key")]
    private readonly AbsolutePath? PublicKey;

    [Parameter("Keyless: whom the certificate must name, a mail address or a workflow's URI; default when signing: GitHub's workflow")]
    private readonly string? Identity;

    [Parameter("Keyless: the OIDC issuer that the certificate must name; default when signing: GitHub's")]
    private readonly string? Issuer;

    [Parameter("Keyless: Sigstore trusted root as JSON; default: the public instance's, which cosign fetches")]
    private readonly AbsolutePath? TrustedRoot;

    [Parameter("Keyless: Sigstore services to sign with as JSON; default: the public instance's")]
    private readonly AbsolutePath? SigningConfig;

    private Target Sign => _ => _
        .Description("Describe the layouts in artifacts/NAME/sbom, and sign them, their SBOM and provenance by a key or an identity: artifacts/NAME/trust")
        .DependsOn(Inspect)
        .After(Assemble)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            ISigner signer = await Signers.OpenAsync(Stop);
            using IDisposable? held = signer as IDisposable;
            report.Line($"signing as {signer.Trusted.Name}");
            Builder builder = Builder.Of(Environment.GetEnvironmentVariable);
            foreach (AssemblyRequest input in await InputsAsync(report))
                await NewPipeline(report).SignAsync(input, signer, builder, Stop);
        });

    [Parameter("Verify: also read every layer and compare it with the bill of materials")]
    private readonly bool Deep;

    private Target Verify => _ => _
        .Description("Verify signatures, SBOM and provenance of --reference, or of the local layouts")
        .After(Assemble, Sign, Publish)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            VerificationPolicy policy = await NewPolicyAsync();
            List<VerificationResult> results = [];
            if (Reference is not null)
            {
                using HttpTransport transport = NewTransport(report);
                results.Add(await VerifyReferenceAsync(Given(() => Oci.Reference.Parse(Reference)), transport, policy));
            }
            else
            {
                foreach (ImageDefinition definition in Definitions())
                    results.Add(await NewPipeline(report).VerifyLayoutAsync(definition, new ReleaseVerifier(policy, Expected(definition, null)), Stop));
            }

            if (Json)
                report.Result(Views.VerificationJson(results));
            else
                Views.Verification(report, results);
            Views.RequirePassed(results);
        });

    /// <summary>The repository that signatures must name: that of the image whose repositories hold the reference, else the reference's own.</summary>
    private async Task<VerificationResult> VerifyReferenceAsync(Reference reference, HttpTransport transport, VerificationPolicy policy)
    {
        ImageDefinition? definition = DefinitionWith(reference);
        string wanted = reference.Digest?.ToString() ?? reference.Tag
            ?? throw new TargetFailedException($"--reference {reference}: wanted a tag or a digest", Exit.WrongUse);
        var site = Connect(transport).Repository(reference);
        return await new ReleaseVerifier(policy, Expected(definition, reference.Tag)).VerifyAsync(
            new VerificationRequest { Content = site, Signatures = site, Wanted = wanted, Official = definition?.Official ?? reference }, Stop);
    }

    /// <summary>What the statements about an image must say, as far as its definition and the tag tell.</summary>
    private ReleaseExpectation Expected(ImageDefinition? definition, string? tag) => new()
    {
        Provenance = definition is null ? null : new ProvenanceCheck
        {
            Image = definition.Name,
            Source = definition.Source,
            Tag = ReleaseExpectation.GitTagOf(definition.Name, tag),
        },
        Folder = Deep ? Workspace.Cache / "verify" : null,
    };

    /// <summary>The image that has a reference's repository; null when none has.</summary>
    private ImageDefinition? DefinitionWith(Reference reference) =>
        ImageDefinitionFile.Names(Workspace.Images)
            .Select(image => ImageDefinitionFile.Read(Workspace.Definition(image)))
            .FirstOrDefault(definition => definition.Repositories.Any(repository => repository.Name == reference.Name));

    private SignerChoice Signers => new()
    {
        Kind = Signer,
        SigningKey = SigningKey,
        KmsKey = KmsKey,
        Password = SigningKeyPassword,
        PublicKey = PublicKey,
        Identity = Identity,
        Issuer = Issuer,
        Instance = new SigstoreInstance { TrustedRoot = TrustedRoot, SigningConfig = SigningConfig },
        Environment = Environment.GetEnvironmentVariable,
    };

    private async Task<VerificationPolicy> NewPolicyAsync() => VerificationPolicy.Require(await Signers.TrustedAsync(Stop));
}
