using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>An image that an Engine has (Engine API, "ImageInspect").</summary>
/// <param name="Id">The digest of its configuration; where the Engine keeps images with containerd, that of its manifest.</param>
/// <param name="Platform">What its configuration says.</param>
/// <param name="Names">With tags; none when it has no name.</param>
public sealed record EngineImage(string Id, Platform Platform, ImmutableArray<string> Names)
{
    /// <exception cref="ContentException">It is no such answer.</exception>
    internal static EngineImage Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "an image", root => new EngineImage(
        Printable.Of(root.RequiredString("Id")),
        new Platform(root.OptionalString("Os") ?? "linux", root.OptionalString("Architecture") ?? "", root.OptionalString("Variant") is { Length: > 0 } variant ? variant : null),
        [.. root.Items("RepoTags").Select(name => Printable.Of(name.GetString() ?? ""))]));
}
