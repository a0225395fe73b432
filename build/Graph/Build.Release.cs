using Nuke.Common;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What goes out: sign, preview, publish, verify.</summary>
internal sealed partial class Build
{
    [Parameter("Preview, Publish, Doctor: these registries alone, as quay or quay.io; default: all of the image")]
    private readonly string[] Registries = [];

    private Target Sign => _ => _
        .Description("Describe the layouts in artifacts/NAME/sbom, and sign them, their SBOM and provenance with --signing-key: artifacts/NAME/trust")
        .DependsOn(Inspect)
        .After(Assemble)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using KeySigner signer = NewSigner();
            Builder builder = Builder.Of(Environment.GetEnvironmentVariable);
            foreach (AssemblyRequest input in await InputsAsync(report))
                await NewPipeline(report).SignAsync(input, signer, builder, Stop);
        });

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
        .After(Assemble, Sign, Preview)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using HttpTransport transport = NewTransport(report);
            VerificationPolicy policy = NewPolicy();
            // What cannot be planned for one image is known before anything of another is sent.
            foreach (ImageDefinition definition in Definitions())
                await NewPipeline(report).PreviewAsync(definition, ChosenRegistries, Stop);
            foreach (ImageDefinition definition in Definitions())
            {
                ReleaseRecord record = await NewPipeline(report).PublishAsync(definition, ChosenRegistries, () => Connect(transport), policy, Stop);
                if (Json)
                    report.Result(record.ToBytes());
                else
                    report.Result(record.Reference.ToString());
            }
        });

    [Parameter("Verify: also read every layer and compare it with the bill of materials")]
    private readonly bool Deep;

    private Target Verify => _ => _
        .Description("Verify signatures, SBOM and provenance of --reference, or of the local layouts")
        .After(Assemble, Sign, Publish)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            VerificationPolicy policy = NewPolicy();
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

    private RegistryChoice ChosenRegistries => new([.. Registries]);

    private KeySigner NewSigner() => SigningKey is null
        ? throw new SigningKeyException("there is no signer; nothing was signed. Give --signing-key FILE or SLIPWAY_SIGNING_KEY")
        : KeySigner.FromFile(SigningKey, () => SigningKeyPassword
            ?? throw new SigningKeyException($"{SigningKey}: the key is encrypted; nothing was signed. Set SLIPWAY_SIGNING_KEY_PASSWORD"));

    private VerificationPolicy NewPolicy()
    {
        if (PublicKey is not null && !File.Exists(PublicKey))
            throw new SigningKeyException($"--public-key {PublicKey}: there is no such file");
        if (PublicKey is not null)
            return VerificationPolicy.RequireKey(VerificationKey.FromFile(PublicKey));
        if (SigningKey is null)
            throw new SigningKeyException("there is no key to verify with. Give --public-key FILE, or --signing-key FILE");
        using KeySigner signer = NewSigner();
        return VerificationPolicy.RequireKey(signer.Key);
    }
}
