using Slipway.Definitions;

namespace Slipway.Authoring;

/// <summary>Tells that packages come along because nobody said whether they should.</summary>
internal static class EssentialNote
{
    /// <param name="imageLock">What is known of the packages; null while there is no lock that fits.</param>
    public static IEnumerable<string> Of(ImageDefinition definition, ImageLock? imageLock)
    {
        if (definition.Debian.EssentialUnwritten is not { } place)
            yield break;
        int listed = definition.Layers.Sum(layer => layer.Packages.Length);
        string many = imageLock is null
            ? "some 60 packages that no layer lists"
            : $"with what they need, {imageLock.Packages.Length - listed} packages that no layer lists";
        yield return $"{place}: 'essential' is not written, so all packages that Debian marks essential come along: {many}. "
            + "Write essential: false, or true where that is meant";
    }
}
