using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Peers.Tests;

/// <summary>
/// A definition with nothing left out, of one platform, and without what is not Debian's; with what maintainer scripts do
/// for the packages that the image itself leaves out, and with Debian's own choice where the image makes another.
/// </summary>
internal static class FullDefinition
{
    public static ImageDefinition Of(ImageDefinition definition, Platform platform)
    {
        LayerDefinition[] packaged = [.. definition.Layers.Where(layer => !layer.Packages.IsEmpty)];
        return definition with
        {
            Platforms = [platform],
            Upstream = [],
            Layers = [.. packaged.Select(layer => layer with { Upstream = [] })],
        };
    }
}
