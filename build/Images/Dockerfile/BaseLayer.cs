using Slipway.Oci;

namespace Slipway.Images;

/// <summary>A root file system as one layer of a base image.</summary>
public static class BaseLayer
{
    /// <param name="tar">A plain tar archive; its devices are left out, container runtimes make them.</param>
    /// <param name="newest">No entry is younger.</param>
    /// <param name="destination">Gets the blob; stays open.</param>
    /// <exception cref="ContentException">The archive is broken.</exception>
    public static Layer Write(string tar, DateTimeOffset newest, Stream destination, CancellationToken cancellationToken) =>
        LayerWriter.Write(
            "minimal Debian with apt",
            EngineLayer.Read(tar, newest.ToUnixTimeSeconds(), wanted: path => !path.StartsWith("dev/", StringComparison.Ordinal)),
            destination,
            cancellationToken
        );
}
