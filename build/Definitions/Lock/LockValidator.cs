using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>Whether a lock was made from a definition as it stands.</summary>
public static class LockValidator
{
    /// <exception cref="DefinitionException">It was not; says what differs and the command that mends it.</exception>
    public static void Require(ImageDefinition definition, ImageLock imageLock)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        if (Difference(definition, imageLock) is { } difference)
            throw Anew(definition)
                .After(
                    new DefinitionException(
                        $"{definition.Name}: {ImageLock.FileName} does not fit {ImageDefinition.FileName}: {difference}. "
                            + $"Run {Anew(definition)}"
                    )
                );
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
            return $"excluded packages wanted {Names(without)}, locked {Names(imageLock.Debian.Without)}";
        string[] layers = [.. definition.Layers.Select(layer => layer.Name).Order(StringComparer.Ordinal)];
        if (!imageLock.Wanted.Keys.SequenceEqual(layers, StringComparer.Ordinal))
            return $"layers wanted {Names(layers)}, locked {Names(imageLock.Wanted.Keys)}";
        foreach (LayerDefinition layer in definition.Layers)
        {
            ImmutableArray<string> locked = imageLock.Wanted.GetValueOrDefault(layer.Name, []);
            if (!locked.SequenceEqual(layer.Packages.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                return $"packages of layer {layer.Name} wanted {Names(layer.Packages)}, locked {Names(locked)}";
        }

        return UpstreamDifference(definition, imageLock) ?? PackageDifference(definition, imageLock);
    }

    /// <summary>An optional file as a lock has it; null when that lock, or the file in it, is not of this definition.</summary>
    public static LockedUpstream? Kept(ImageDefinition definition, UpstreamFile file, ImageLock? imageLock) =>
        imageLock?.Upstream.FirstOrDefault(upstream => upstream.Name == file.Name) is { } locked
        && Difference(definition, file, locked) is null
            ? locked
            : null;

    private static string? UpstreamDifference(ImageDefinition definition, ImageLock imageLock)
    {
        if (imageLock.LeftOut.FirstOrDefault(name => !definition.Upstream.Any(file => file.Name == name && file.IsOptional)) is { } needed)
            return $"upstream file {needed} is left out and not optional";
        UpstreamFile[] wanted = [.. definition.Upstream.Where(file => !imageLock.LeftOut.Contains(file.Name, StringComparer.Ordinal))];
        return imageLock.Upstream.Select(file => file.Name).SequenceEqual(wanted.Select(file => file.Name), StringComparer.Ordinal)
            ? wanted
                .Zip(imageLock.Upstream, (file, locked) => Difference(definition, file, locked) ?? SignerDifference(file, locked))
                .FirstOrDefault(text => text is not null)
            : $"upstream files wanted {Names(wanted.Select(file => file.Name))}, "
                + $"locked {Names(imageLock.Upstream.Select(file => file.Name))}";
    }

    private static string? PackageDifference(ImageDefinition definition, ImageLock imageLock)
    {
        if (imageLock.Packages.FirstOrDefault(package => definition.Layers.All(layer => layer.Name != package.Layer)) is { } stray)
            return $"package {stray.Name} is locked for layer '{stray.Layer}', which does not exist";
        if (
            definition.Debian.Without.FirstOrDefault(without => imageLock.Packages.Any(package => package.Name == without.Name)) is
            { } present
        )
            return $"package {present.Name} is locked, but 'without' excludes it";
        HashSet<string> wanted = [.. definition.Layers.SelectMany(layer => layer.Packages)];
        LockedPackage[] locked = [.. imageLock.Packages.Where(package => wanted.Contains(package.Name))];
        return wanted.Except(locked.Select(package => package.Name), StringComparer.Ordinal).FirstOrDefault() is { } missing
            ? $"package {missing} is wanted and not locked"
            : ArchitectureDifference(definition, imageLock, locked);
    }

    /// <summary>What is wanted is locked for every platform; what that needs may be for one alone, and none is for another.</summary>
    private static string? ArchitectureDifference(ImageDefinition definition, ImageLock imageLock, LockedPackage[] wanted)
    {
        string[] architectures = Architectures(definition);
        if (wanted.FirstOrDefault(package => !architectures.All(package.Files.ContainsKey)) is { } part)
            return $"package {part.Name}: architectures wanted {Names(architectures)}, locked {Names(part.Files.Keys)}";
        string[] locked = [.. imageLock.Packages.SelectMany(package => package.Files.Keys).Distinct().Order(StringComparer.Ordinal)];
        return imageLock.Packages.IsEmpty || locked.SequenceEqual(architectures, StringComparer.Ordinal)
            ? null
            : $"architectures of packages wanted {Names(architectures)}, locked {Names(locked)}";
    }

    private static NextCommand Anew(ImageDefinition definition) => new("Lock") { Image = definition.Name };

    private static string? Difference(ImageDefinition definition, UpstreamFile file, LockedUpstream locked)
    {
        if (locked.Version != file.Version)
            return $"{file.Name} wanted {file.Version}, locked {locked.Version}";
        string[] architectures = Architectures(definition);
        if (!locked.Files.Keys.SequenceEqual(architectures, StringComparer.Ordinal))
            return $"{file.Name}: architectures wanted {Names(architectures)}, locked {Names(locked.Files.Keys)}";
        foreach (string architecture in architectures)
        {
            LockedFile at = locked.Files[architecture];
            // Nobody reviewed the checksum of an optional file: the lock's own is what counts.
            Digest wanted = file.IsOptional ? at.Digest : file.Checksums[architecture];
            if (at.Location != file.Url(architecture).AbsoluteUri || at.Digest != wanted)
                return $"{file.Name} {architecture} wanted {file.Url(architecture)} {wanted}, locked {at.Location} {at.Digest}";
        }

        return null;
    }

    /// <summary>A lock that says nothing of signatures fits any definition.</summary>
    private static string? SignerDifference(UpstreamFile file, LockedUpstream locked) =>
        locked.Signature is { Signer: var signer } && signer != file.Signer
            ? $"{file.Name} signer wanted {file.Signer?.ToString() ?? "none"}, locked {signer}"
            : null;

    private static string[] Architectures(ImageDefinition definition) =>
        [.. definition.Platforms.Select(platform => platform.Architecture).Order(StringComparer.Ordinal)];

    private static string Word(bool flag) => flag ? "true" : "false";

    private static string Names(IEnumerable<string> names) => $"[{string.Join(", ", names)}]";
}
