using System.Collections.Immutable;
using Docker.DotNet.Models;
using Slipway.Oci;
using Platform = Slipway.Oci.Platform;

namespace Slipway.Engine;

/// <summary>An image that an Engine has (Engine API, "ImageInspect").</summary>
/// <param name="Id">The digest of its configuration; where the Engine keeps images with containerd, that of its manifest.</param>
/// <param name="Platform">What its configuration says.</param>
/// <param name="Names">With tags; none when it has no name.</param>
public sealed record EngineImage(string Id, Platform Platform, ImmutableArray<string> Names)
{
    /// <exception cref="ContentException">It is no such answer.</exception>
    internal static EngineImage Of(ImageInspectResponse response) =>
        new(
            response.ID is { Length: > 0 } id ? Printable.Of(id) : throw new ContentException("'Id' is missing"),
            new Platform(
                response.Os is { Length: > 0 } system ? system : "linux",
                response.Architecture ?? "",
                response.Variant is { Length: > 0 } variant ? variant : null
            ),
            [.. (response.RepoTags ?? []).Select(name => Printable.Of(name ?? ""))]
        );
}
