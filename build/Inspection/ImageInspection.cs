using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Reads an assembled image back and judges it by the rules that hold for every image and by its contract. What counts is
/// what the layers really hold. Nothing is executed; memory is bounded whatever the image's size.
/// </summary>
/// <param name="layout">Holds the image.</param>
/// <param name="contents">What Assemble says that it holds.</param>
/// <param name="folder">For a spool file; made when it is needed, and deleted.</param>
public sealed class ImageInspection(OciLayout layout, ContentsFolder contents, string folder)
{
    private static readonly ImmutableArray<IInspectionRule> Rules =
    [
        new OwnerRule(),
        new DescriptionRule(),
        new UserRule(),
        new ProgramRule(),
        new MachineRule(),
        new InterpreterRule(),
        new LibraryRule(),
        new RequirementRule(),
        new VersionRule(),
        new StaticRule(),
        new LinkRule(),
        new ScriptRule(),
        new PermissionRule(),
        new SecretRule(),
        new BudgetRule(),
        new UnusedRule(),
    ];

    /// <summary>
    /// Whether the layers are those of the definition, as Assemble lays them: then each has its budget and every path its owner. An image
    /// from a Dockerfile has layers of its own.
    /// </summary>
    public bool HasDefinedLayers { get; init; } = true;

    /// <param name="definition">What the image was made from.</param>
    /// <param name="imageLock">The same, by hash.</param>
    /// <param name="contract">What must hold.</param>
    /// <exception cref="ContentException">The layout cannot be read: a blob is missing, broken, or another than it says.</exception>
    public async Task<InspectionResult> RunAsync(
        ImageDefinition definition,
        ImageLock imageLock,
        Contract contract,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(contract);
        AssembledImage image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken);
        Oci.Index index = Oci.Index.Parse((await layout.ReadManifestAsync(image.Index.Digest, cancellationToken))!.Bytes);
        var violations = ImmutableArray.CreateBuilder<Violation>();
        var platforms = ImmutableArray.CreateBuilder<InspectedCount>();
        foreach (AssembledPlatform platform in image.Platforms)
        {
            Manifest manifest = Manifest.Parse((await layout.ReadManifestAsync(platform.Manifest.Digest, cancellationToken))!.Bytes);
            InspectedPlatform inspected = new()
            {
                Definition = definition,
                Lock = imageLock,
                Assembled = platform,
                IndexAnnotations = index.Annotations,
                Manifest = manifest,
                Config = await StoredConfig.ReadAsync(layout, manifest, cancellationToken),
                Found = await Task.Run(() => Read(platform, contract, definition.Version, cancellationToken), cancellationToken),
                Contents = await contents.ReadAsync(definition.Name, platform.Platform, cancellationToken),
                Contract = new PlatformContract(contract, definition.Version, platform.Platform),
            };
            foreach (IInspectionRule rule in Rules.Where(rule => HasDefinedLayers || rule is not (OwnerRule or BudgetRule)))
                violations.AddRange(rule.Check(inspected));
            platforms.Add(InspectedCount.Of(platform.Platform, inspected.Found));
        }

        return new InspectionResult(definition.Name, image.Index.Digest, platforms.ToImmutable(), violations.ToImmutable());
    }

    private FoundImage Read(AssembledPlatform platform, Contract contract, string version, CancellationToken cancellationToken)
    {
        ILookup<string, string> texts = new PlatformContract(contract, version, platform.Platform).Versions.ToLookup(
            expected => expected.Path,
            expected => expected.Contains,
            StringComparer.Ordinal
        );
        return FileScan.Read(platform.Layers, layout.OpenBlob, texts, folder, cancellationToken);
    }
}
