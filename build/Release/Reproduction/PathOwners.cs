using System.Collections.Frozen;
using Slipway.Images;
using Slipway.Spdx;

namespace Slipway.Release;

/// <summary>Whose a path is: as the rebuild knows it, and for what it has not got, as the release's own SBOM says.</summary>
internal sealed class PathOwners
{
    private readonly ImageContents _rebuilt;
    private readonly FrozenDictionary<string, string> _released;

    /// <param name="released">Null when there is none.</param>
    public PathOwners(ImageContents rebuilt, SpdxDocument? released) => (_rebuilt, _released) = (rebuilt, Read(released));

    /// <param name="path">With a leading slash.</param>
    public string Of(int layer, string path)
    {
        string plain = path.Split('\0')[0].TrimStart('/');
        if (Entry(_rebuilt.Layers.ElementAtOrDefault(layer), plain) is { } here)
            return Named(here);
        if (_released.TryGetValue(plain, out string? said))
            return $"{said}, as the release states";
        return _rebuilt.Layers.Select(other => Entry(other, plain)).OfType<ContentEntry>().FirstOrDefault() is { } elsewhere
            ? Named(elsewhere)
            : "nobody";
    }

    private string Named(ContentEntry entry) =>
        entry.Owner.Split(' ') is ["package", var name] && _rebuilt.Packages.TryGetValue(name, out string? version)
            ? $"{entry.Owner} {version}"
            : entry.Owner;

    private static ContentEntry? Entry(LayerContents? layer, string path) => layer?.Entries.FirstOrDefault(entry => entry.Path == path);

    private static FrozenDictionary<string, string> Read(SpdxDocument? document)
    {
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        if (document is null)
            return owners.ToFrozenDictionary(StringComparer.Ordinal);
        Dictionary<string, SpdxPackage> packages = [];
        foreach (SpdxPackage package in document.Packages)
            packages[package.Id] = package;
        Dictionary<string, string> paths = [];
        foreach (SpdxFile file in document.Files)
            paths[file.Id] = file.Path;
        foreach (SpdxContainment containment in document.Contains)
        {
            if (paths.TryGetValue(containment.Part, out string? path) && packages.TryGetValue(containment.Whole, out SpdxPackage? package))
                owners[path] = $"{package.Name} {package.Version}".TrimEnd();
        }

        return owners.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
