using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What is to be assembled.</summary>
/// <param name="Definition">What is wanted.</param>
/// <param name="Lock">By hash, what that is.</param>
/// <param name="Platforms">Any order, at least one, each of the definition.</param>
public sealed record AssemblyRequest(ImageDefinition Definition, ImageLock Lock, ImmutableArray<Platform> Platforms)
{
    public string Name => Definition.Name;

    /// <summary>Annotations of the layout's own <c>index.json</c>; no part of what is hashed.</summary>
    public ImmutableSortedDictionary<string, string> Marks { get; init; } = Descriptor.NoAnnotations;
}
