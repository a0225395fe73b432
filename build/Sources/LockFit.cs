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
        foreach (LayerDefinition layer in definition.Layers)
        {
            ImmutableArray<string> locked = imageLock.Wanted.GetValueOrDefault(layer.Name, []);
            if (!locked.SequenceEqual(layer.Packages.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                return $"packages of layer {layer.Name} wanted {Names(layer.Packages)}, locked {Names(locked)}";
        }

        return definition.Upstream.Select(file => Difference(definition, file, imageLock)).FirstOrDefault(text => text is not null);
    }

    private static string? Difference(ImageDefinition definition, UpstreamFile file, ImageLock imageLock)
    {
        LockedUpstream? locked = imageLock.Upstream.FirstOrDefault(upstream => upstream.Name == file.Name);
        if (locked is null)
            return $"upstream file {file.Name} is not locked";
        if (locked.Version != file.Version)
            return $"{file.Name} wanted {file.Version}, locked {locked.Version}";
        foreach (string architecture in definition.Platforms.Select(platform => platform.Architecture))
        {
            LockedFile? at = locked.Files.GetValueOrDefault(architecture);
            if (at is null || at.Location != file.Url(architecture).AbsoluteUri || at.Digest != file.Checksums[architecture])
                return $"{file.Name} {architecture} wanted {file.Url(architecture)} {file.Checksums[architecture]}, locked {at?.Location} {at?.Digest}";
        }

        return null;
    }

    private static string Names(IEnumerable<string> names) => $"[{string.Join(", ", names)}]";
}
