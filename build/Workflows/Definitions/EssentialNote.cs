using Slipway.Definitions;

namespace Slipway.Workflows;

/// <summary>Tells that packages come along because nobody said whether they should.</summary>
internal static class EssentialNote
{
    /// <param name="imageLock">What is known of the packages; null while there is no lock that fits.</param>
    public static IEnumerable<string> Of(ImageDefinition definition, ImageLock? imageLock)
    {
        if (!definition.Debian.Essential)
            yield break;
        string file = $"images/{definition.Name}/{ImageDefinition.FileName}";
        YamlMap map = new(file, YamlFile.Read(Path.Combine(definition.Folder, ImageDefinition.FileName), file));
        if (map.Map("debian", debian => debian.OptionalText("essential")) is not null)
            yield break;
        int listed = definition.Layers.Sum(layer => layer.Packages.Length);
        string many = imageLock is null
            ? "some 60 packages that no layer lists"
            : $"with what they need, {imageLock.Packages.Length - listed} packages that no layer lists";
        yield return $"{map.PlaceOf("debian")}: 'essential' is not written, so all packages that Debian marks essential come along: {many}. "
            + "Write essential: false, or true where that is meant";
    }
}
