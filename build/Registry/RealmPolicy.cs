using Slipway.Http;

namespace Slipway.Registry;

/// <summary>
/// Decides which token end-point a registry may name in its challenge: credentials go there, so it must belong to the
/// registry's own site. That is the registry's own host by https (its own port or 443), any port of this machine for a
/// registry on this machine, and <c>auth.docker.io</c> for Docker Hub.
/// </summary>
public static class RealmPolicy
{
    /// <param name="registry">The address that the challenge came from.</param>
    /// <param name="realm">The challenge's realm, as sent.</param>
    /// <param name="address">The end-point, when it may be used.</param>
    public static bool Allows(Uri registry, string? realm, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address)
    {
        ArgumentNullException.ThrowIfNull(registry);
        bool sound = Uri.TryCreate(realm, UriKind.Absolute, out address)
            && address.Scheme is "https" or "http"
            && address!.UserInfo.Length == 0 && address.Fragment.Length == 0;
        bool allowed = sound && (Loopback.Is(registry)
            ? Loopback.Is(address!)
            : address!.Scheme == "https" && (IsOwn(registry, address) || IsHub(registry, address)));
        if (!allowed)
            address = null;
        return allowed;
    }

    private static bool IsOwn(Uri registry, Uri realm) =>
        SameHost(realm, registry.IdnHost) && (realm.Port == registry.Port || realm.IsDefaultPort);

    private static bool IsHub(Uri registry, Uri realm) =>
        (SameHost(registry, "registry-1.docker.io") || SameHost(registry, "index.docker.io"))
        && SameHost(realm, "auth.docker.io") && realm.IsDefaultPort;

    private static bool SameHost(Uri address, string host) => string.Equals(address.IdnHost, host, StringComparison.OrdinalIgnoreCase);
}
