using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>What an Engine says of itself (Engine API, <c>GET /version</c>).</summary>
/// <param name="Version">For people, <c>20.10.24</c>.</param>
/// <param name="Api">The version that both sides speak.</param>
/// <param name="Platform">What its own machine runs.</param>
/// <param name="IsPodman">Whether it is Podman, which speaks Docker's API.</param>
public sealed record EngineVersion(string Version, ApiVersion Api, Platform Platform, bool IsPodman)
{
    /// <exception cref="ContentException">It is no such answer, or there is no version that both sides speak.</exception>
    internal static EngineVersion Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "GET /version", root =>
    {
        string version = Printable.Of(root.RequiredString("Version"));
        ApiVersion most = ApiVersion.Parse(root.RequiredString("ApiVersion"));
        ApiVersion least = ApiVersion.Parse(root.OptionalString("MinAPIVersion") ?? most.ToString());
        ApiVersion api = ApiVersion.Negotiate(least, most)
            ?? throw new ContentException($"Engine {version} speaks API {least} to {most}, wanted one of {ApiVersion.Oldest} to {ApiVersion.Newest}: Docker Engine 20.10 or newer");
        bool podman = root.Items("Components").Any(part => part.OptionalString("Name")?.StartsWith("Podman", StringComparison.Ordinal) == true);
        return new EngineVersion(version, api, new Platform(root.OptionalString("Os") ?? "linux", root.RequiredString("Arch")).Normalized, podman);
    });

    public override string ToString() => $"{(IsPodman ? "Podman " : "")}{Version} (API {Api}, {Platform})";
}
