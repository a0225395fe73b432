using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>A version of a definition that is to become another.</summary>
/// <param name="File">The upstream file whose own version is meant; null for the image's.</param>
public sealed record VersionChange(string? File, ReleaseVersion From, ReleaseVersion To)
{
    /// <summary>The upstream files of a definition that change with it.</summary>
    public IEnumerable<UpstreamFile> FilesOf(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition.Upstream.Where(file => File is null ? !file.HasOwnVersion : file.Name == File);
    }
}
