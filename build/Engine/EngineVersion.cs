using Docker.DotNet.Models;
using Slipway.Oci;
using Platform = Slipway.Oci.Platform;

namespace Slipway.Engine;

/// <summary>What an Engine says of itself (Engine API, <c>GET /version</c>).</summary>
/// <param name="Version">For people, <c>20.10.24</c>.</param>
/// <param name="Api">The version that both sides speak.</param>
/// <param name="Platform">What its own machine runs.</param>
/// <param name="IsPodman">Whether it is Podman, which speaks Docker's API.</param>
public sealed record EngineVersion(string Version, ApiVersion Api, Platform Platform, bool IsPodman)
{
    /// <summary>For messages.</summary>
    internal const string Operation = "GET /version";

    /// <exception cref="ContentException">It is no such answer, or there is no version that both sides speak.</exception>
    internal static EngineVersion Of(VersionResponse response)
    {
        string version = Printable.Of(Required(response.Version, "Version"));
        ApiVersion most = ApiVersion.Parse(Required(response.APIVersion, "ApiVersion"));
        ApiVersion least = response.MinAPIVersion is null ? most : ApiVersion.Parse(response.MinAPIVersion);
        ApiVersion api = ApiVersion.Negotiate(least, most)
            ?? throw new ContentException(
                $"Engine {version} speaks API {least} to {most}, wanted one of {ApiVersion.Oldest} to {ApiVersion.Newest}: Docker "
                    + "Engine 20.10 or newer"
            );
        bool podman = response.Components?.Any(part => part?.Name?.StartsWith("Podman", StringComparison.Ordinal) == true) == true;
        return new EngineVersion(
            version,
            api,
            new Platform(response.Os is { Length: > 0 } system ? system : "linux", Required(response.Arch, "Arch")).Normalized,
            podman
        );
    }

    private static string Required(string? value, string name) =>
        value is { Length: > 0 } ? value : throw new ContentException($"'{name}' is missing");

    public override string ToString() => $"{(IsPodman ? "Podman " : "")}{Version} (API {Api}, {Platform})";
}
