using Nuke.Common.CI;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Development;

/// <summary>An image that jobs of CI servers release, as its definition has it.</summary>
/// <param name="Name">The first part of its git tags.</param>
/// <param name="Repository">The official one.</param>
internal sealed record PipelineImage(string Name, string Repository, IReadOnlyList<Platform> Platforms)
{
    /// <summary>Whatever a job is told of the release is true for the tag that started it.</summary>
    public string TagPrefix => $"{Name}/v";

    /// <summary>Those below <c>images/</c>, by name.</summary>
    public static IReadOnlyList<PipelineImage> All(ConfigurationContext context)
    {
        string images = Path.Combine(context.RootDirectory, "images");
        return
        [
            .. ImageDefinitionFile
                .Names(images)
                .Select(name => ImageDefinitionFile.Read(Path.Combine(images, name)))
                .Select(definition => new PipelineImage(definition.Name, definition.Official.Name, [.. definition.Platforms])),
        ];
    }
}
