using Slipway.Definitions;

namespace Slipway.Authoring;

/// <summary>An <c>image.yaml</c> that was read, once more as it is written: for places in it.</summary>
internal static class WrittenDefinition
{
    public static YamlMap Of(ImageDefinition definition)
    {
        string file = $"images/{definition.Name}/{ImageDefinition.FileName}";
        return new YamlMap(file, YamlFile.Read(Path.Combine(definition.Folder, ImageDefinition.FileName), file));
    }
}
