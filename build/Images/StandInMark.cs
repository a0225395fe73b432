using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// The mark of an image that holds stand-ins in place of upstream's programs. It is a label of the configuration and an
/// annotation of every manifest and of the index, so it is part of what is hashed and signed and cannot be lost on the way.
/// </summary>
public static class StandInMark
{
    /// <summary>Its value lists what stand-ins took the place of, separated by commas.</summary>
    public const string Key = "io.github.poseidon.slipway.stand-in";

    /// <summary>What stand-ins took the place of in an index; null when it holds none.</summary>
    public static string? Of(Oci.Index index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return index.Annotations.GetValueOrDefault(Key)
            ?? index.Manifests.Select(manifest => manifest.Annotations.GetValueOrDefault(Key)).FirstOrDefault(mark => mark is not null);
    }

    /// <summary>What stand-ins took the place of in a manifest; null when it holds none.</summary>
    public static string? Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.Annotations.GetValueOrDefault(Key);
    }

    /// <summary>What stand-ins took the place of in a configuration; null when it holds none.</summary>
    public static string? Of(ImageConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Labels.GetValueOrDefault(Key);
    }
}
