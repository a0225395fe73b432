using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Vex;

namespace Slipway.Workflows;

/// <summary>
/// Makes <c>NAME/sbom</c> and <c>NAME/trust</c>: signatures of the index and of every manifest, their SBOMs and their provenance; what is
/// there stays.
/// </summary>
/// <param name="git">Says the commit.</param>
internal sealed class SignWorkflow(Workspace workspace, GitRepository git, Action<string> log)
{
    public SbomFormat SbomFormat { get; init; }

    /// <param name="builder">Where this runs.</param>
    /// <exception cref="ContentException">The layout did not pass its inspection, or was assembled from something else.</exception>
    public async Task RunAsync(AssemblyRequest input, ISigner signer, Builder builder, CancellationToken cancellationToken)
    {
        OciLayout layout = workspace.OpenLayout(input.Name);
        AssembledImage image = await ImageReader.ReadAsync(input.Name, layout, cancellationToken);
        ImmutableArray<VexEntry>? judgements = VexFile.Read(input.Definition);
        await InspectionRecord.RequireAsync(workspace.InspectionRecord(input.Name), image, cancellationToken);
        SignedImage signed = new(layout, image.Index.Digest, input.Definition.Official);
        Sbom sbom = await DescribeAsync(input, layout, cancellationToken);
        IEnumerable<WantedStatement> judged = await JudgeAsync(input, image, sbom, judgements, cancellationToken);
        SlsaProvenance provenance = await ProvenanceAsync(input, image, sbom, builder, cancellationToken);
        TrustChange change = await TrustStore
            .Create(workspace.Trust(input.Name))
            .SignAsync(signed, [.. sbom.About(image), provenance.About(image.Subjects), .. judged], signer, cancellationToken);
        log($"{input.Name}: {change.Made} signatures and attestations made, {change.Kept} kept");
    }

    /// <summary>An SBOM for each platform of the layout and one for its index.</summary>
    private async Task<Sbom> DescribeAsync(AssemblyRequest input, OciLayout layout, CancellationToken cancellationToken)
    {
        Sbom sbom = await Sbom.OfAsync(
            input,
            layout,
            workspace.Contents(input.Name),
            Path.Combine(workspace.Results(input.Name), ".programs"),
            cancellationToken
        );
        if (SbomFormat == SbomFormat.Both)
            sbom = sbom.WithCycloneDx();
        await workspace.Sbom(input.Name).WriteAsync(sbom, cancellationToken);
        foreach ((Platform platform, SpdxDocument document) in sbom.Platforms)
            log($"{input.Name} {platform}: SBOM with {document.Packages.Length - 1} packages and {document.Files.Length} paths");
        return sbom;
    }

    /// <summary>What the definition's judgements say of the image; nothing where there are none or none holds.</summary>
    /// <exception cref="DefinitionException">One matches nothing.</exception>
    private async Task<IEnumerable<WantedStatement>> JudgeAsync(
        AssemblyRequest input,
        AssembledImage image,
        Sbom sbom,
        ImmutableArray<VexEntry>? judgements,
        CancellationToken cancellationToken
    )
    {
        File.Delete(workspace.OpenVex(input.Name));
        if (judgements is not { } entries)
            return [];
        ImageVex vex = ImageVex.Of(
            entries,
            input.Definition,
            [.. sbom.Platforms.Select(described => VexPlatform.Of(described.Platform, described.Document))],
            hasStandIns: !input.Lock.StandingIn.IsEmpty
        );
        foreach (FallenRule fallen in vex.Fallen)
            log($"{input.Name} {fallen}");
        ImmutableArray<VexStatement> statements = vex.Statements(
            new VexImage(
                input.Definition.Official,
                image.Index.Digest,
                [.. image.Platforms.Select(platform => (platform.Platform, platform.Manifest.Digest))]
            )
        );
        log($"{input.Name}: {statements.Length} of {entries.Length} judgements of {VexFile.Name} hold");
        if (statements.IsEmpty)
            return [];
        byte[] document = OpenVexDocument.Of(input.Definition.Source, input.Lock.Timestamp, statements).ToBytes();
        await File.WriteAllBytesAsync(workspace.OpenVex(input.Name), document, cancellationToken);
        return [new WantedStatement(image.Subjects, Statement.OpenVexType, document)];
    }

    private async Task<SlsaProvenance> ProvenanceAsync(
        AssemblyRequest input,
        AssembledImage image,
        Sbom sbom,
        Builder builder,
        CancellationToken cancellationToken
    )
    {
        AssemblyRecord assembly = await AssemblyRecord.RequireAsync(
            workspace.AssemblyRecord(input.Name),
            image,
            workspace.Way == BuildMethod.Dockerfile ? AssemblyInput.OfDockerfile(input) : AssemblyInput.Of(input),
            cancellationToken
        );
        GitState state = await git.ReadAsync(input.Name, cancellationToken);
        if (assembly.Parts.FirstOrDefault(part => part.Origin.Commit != state.Commit) is { } other)
            throw new ContentException(
                $"{input.Name}: {other.Platform} was assembled at commit {other.Origin.Commit ?? "none"}, and {state.Commit} is checked "
                    + "out, which its provenance would name; nothing was signed. Check that commit out, or merge layouts of this one"
            );
        return new ProvenanceSource
        {
            Image = image,
            Assembly = assembly,
            Materials = LockedMaterials.Of(input.Lock, image.Platforms.Select(platform => platform.Platform)),
            Git = state,
            Source = input.Definition.Source,
            Builder = builder,
            Byproducts = [.. sbom.Files()],
        }.ToProvenance();
    }
}

/// <summary>The forms of an image's SBOM. SPDX is always among them: verification asks for it.</summary>
public enum SbomFormat
{
    Spdx,

    /// <summary>SPDX, and CycloneDX beside it.</summary>
    Both,
}
