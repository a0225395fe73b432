using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>A release beside what was built again from its source.</summary>
/// <param name="Released">The digest of what was verified: an index, or the manifest of one platform.</param>
/// <param name="Rebuilt">Of the index that was built; null where only some platforms were, so that there is none to compare.</param>
/// <param name="Fields">Of the index, where there are two.</param>
/// <param name="Platforms">Those that were built again.</param>
public sealed partial record ReproductionFinding(
    Digest Released,
    Digest? Rebuilt,
    ImmutableArray<FieldDifference> Fields,
    ImmutableArray<PlatformReproduction> Platforms
)
{
    /// <summary>Whether all of the release was built again.</summary>
    public bool IsWhole => Rebuilt is not null;

    public ReproductionResult Result =>
        Platforms.IsDefaultOrEmpty ? ReproductionResult.Different
        : Released == Rebuilt ? ReproductionResult.Identical
        : Fields.Any(one => !IsOfCompression().IsMatch(one.Field)) ? ReproductionResult.Different
        : Platforms.Max(platform => platform.Result);

    /// <summary>The released manifests that this says something about, the index first when it is among them.</summary>
    public ImmutableArray<Digest> Subjects =>
        [.. Platforms.Select(platform => platform.Released).Prepend(IsWhole ? Released : null).OfType<Digest>().Distinct()];

    /// <summary>What whoever built it again may say of it.</summary>
    /// <param name="said">What the release's provenance says.</param>
    /// <exception cref="InvalidOperationException">It came out otherwise, of which nothing is ever signed.</exception>
    public ReproductionStatement ToStatement(BuildParameters said, Builder rebuilder, Toolchain toolchain, DateTimeOffset finishedOn)
    {
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(rebuilder);
        ArgumentNullException.ThrowIfNull(toolchain);
        if (Result is not (ReproductionResult.Identical or ReproductionResult.SameContent))
            throw new InvalidOperationException("a different result is not a reproduction");
        return new ReproductionStatement
        {
            Result = Result,
            Image = said.Image,
            Source = said.Source,
            Commit = said.Commit,
            Definition = said.Definition,
            Lock = said.Lock,
            Rebuilt = [.. Platforms.Select(platform => platform.Rebuilt).Prepend(Rebuilt).OfType<Digest>()],
            RebuilderId = rebuilder.Id,
            Sdk = toolchain.Sdk,
            Runtime = toolchain.Runtime,
            FinishedOn = finishedOn,
        };
    }

    [GeneratedRegex(@"\Aindex\.manifests\[[0-9]+\]\.(digest|size)\z")]
    private static partial Regex IsOfCompression();
}

/// <summary>One platform of both.</summary>
/// <param name="Released">Its manifest; null when the release has none.</param>
/// <param name="Rebuilt">Its manifest.</param>
public sealed partial record PlatformReproduction(Platform Platform, Digest? Released, Digest Rebuilt)
{
    /// <summary>Of manifest and configuration.</summary>
    public ImmutableArray<FieldDifference> Fields { get; init; } = [];

    /// <summary>Layer by layer, in ordinal order of the paths.</summary>
    public ImmutableArray<LayerDifference> Files { get; init; } = [];

    /// <summary>As the definition calls them, lowest first.</summary>
    public ImmutableArray<string> Layers { get; init; } = [];

    /// <summary>What a layer is called, or its number where only the release has it.</summary>
    public string TitleOf(int layer) => layer < Layers.Length ? Layers[layer] : $"layer {layer}";

    public ReproductionResult Result =>
        Released == Rebuilt ? ReproductionResult.Identical
        : Released is not null && Files.IsEmpty && !Fields.IsEmpty && Fields.All(one => IsOfCompression().IsMatch(one.Field))
            ? ReproductionResult.SameContent
        : ReproductionResult.Different;

    /// <summary>Manifests name layers by their compressed bytes, configurations by what is in them.</summary>
    [GeneratedRegex(@"\Amanifest\.layers\[[0-9]+\]\.(digest|size|mediaType)\z")]
    private static partial Regex IsOfCompression();
}
