using System.Collections.Immutable;

namespace Slipway.Sources;

/// <summary>Whether a lock was made from a definition as it stands.</summary>
public static class LockFit
{
    /// <exception cref="DefinitionException">It was not; says what differs and the command that mends it.</exception>
    public static void Require(ImageDefinition definition, ImageLock imageLock)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        if (Difference(definition, imageLock) is { } difference)
            throw new DefinitionException($"{definition.Name}: {ImageLock.FileName} does not fit {ImageDefinition.FileName}: {difference}. Run ./build.sh Lock --images {definition.Name}");
    }

    private static string? Difference(ImageDefinition definition, ImageLock imageLock)
    {
        if (imageLock.Image != definition.Name)
            return $"image wanted {definition.Name}, locked {imageLock.Image}";
        if (imageLock.Version != definition.Version)
            return $"version wanted {definition.Version}, locked {imageLock.Version}";
        if (!imageLock.Suites.Select(suite => suite.Name).SequenceEqual(definition.Debian.Suites, StringComparer.Ordinal))
            return $"suites wanted {Names(definition.Debian.Suites)}, locked {Names(imageLock.Suites.Select(suite => suite.Name))}";
        if (!imageLock.Debian.Components.SequenceEqual(definition.Debian.Components, StringComparer.Ordinal))
            return $"components wanted {Names(definition.Debian.Components)}, locked {Names(imageLock.Debian.Components)}";
        if (imageLock.Debian.Essential != definition.Debian.Essential)
            return $"essential packages wanted: {Word(definition.Debian.Essential)}, locked: {Word(imageLock.Debian.Essential)}";
        string[] without = [.. definition.Debian.Without.Select(package => package.Name).Order(StringComparer.Ordinal)];
        if (!imageLock.Debian.Without.SequenceEqual(without, StringComparer.Ordinal))
            return $"packages done without wanted {Names(without)}, locked {Names(imageLock.Debian.Without)}";
        string[] layers = [.. definition.Layers.Select(layer => layer.Name).Order(StringComparer.Ordinal)];
        if (!imageLock.Wanted.Keys.SequenceEqual(layers, StringComparer.Ordinal))
            return $"layers wanted {Names(layers)}, locked {Names(imageLock.Wanted.Keys)}";
        foreach (LayerDefinition layer in definition.Layers)
        {
            ImmutableArray<string> locked = imageLock.Wanted.GetValueOrDefault(layer.Name, []);
            if (!locked.SequenceEqual(layer.Packages.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                return $"packages of layer {layer.Name} wanted {Names(layer.Packages)}, locked {Names(locked)}";
        }

        if (!imageLock.Upstream.Select(file => file.Name).SequenceEqual(definition.Upstream.Select(file => file.Name), StringComparer.Ordinal))
            return $"upstream files wanted {Names(definition.Upstream.Select(file => file.Name))}, locked {Names(imageLock.Upstream.Select(file => file.Name))}";
        return PackageDifference(definition, imageLock)
            ?? definition.Upstream.Select(file => Difference(definition, file, imageLock)).FirstOrDefault(text => text is not null);
    }

    private static string? PackageDifference(ImageDefinition definition, ImageLock imageLock)
    {
        if (imageLock.Packages.FirstOrDefault(package => definition.Layers.All(layer => layer.Name != package.Layer)) is { } stray)
            return $"package {stray.Name} is locked for layer '{stray.Layer}', which is not there";
        if (definition.Debian.Without.FirstOrDefault(without => imageLock.Packages.Any(package => package.Name == without.Name)) is { } present)
            return $"package {present.Name} is locked, and the image does without it";
        HashSet<string> locked = [.. imageLock.Packages.Select(package => package.Name)];
        return definition.Layers.SelectMany(layer => layer.Packages).FirstOrDefault(name => !locked.Contains(name)) is { } missing
            ? $"package {missing} is wanted and not locked"
            : null;
    }

    private static string? Difference(ImageDefinition definition, UpstreamFile file, ImageLock imageLock)
    {
        LockedUpstream locked = imageLock.Upstream.First(upstream => upstream.Name == file.Name);
        if (locked.Version != file.Version)
            return $"{file.Name} wanted {file.Version}, locked {locked.Version}";
        string[] architectures = [.. definition.Platforms.Select(platform => platform.Architecture).Order(StringComparer.Ordinal)];
        if (!locked.Files.Keys.SequenceEqual(architectures, StringComparer.Ordinal))
            return $"{file.Name}: architectures wanted {Names(architectures)}, locked {Names(locked.Files.Keys)}";
        foreach (string architecture in architectures)
        {
            LockedFile at = locked.Files[architecture];
            if (at.Location != file.Url(architecture).AbsoluteUri || at.Digest != file.Checksums[architecture])
                return $"{file.Name} {architecture} wanted {file.Url(architecture)} {file.Checksums[architecture]}, locked {at.Location} {at.Digest}";
        }

        return null;
    }

    private static string Word(bool flag) => flag ? "true" : "false";

    private static string Names(IEnumerable<string> names) => $"[{string.Join(", ", names)}]";
}
