using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Decides which token end-point a registry may name in its challenge: credentials go there, so it must belong to the
/// registry's own site. That is the registry's own host by https (its own port or 443), any port of this machine for a
/// registry on this machine, what <see cref="KnownRegistry"/> says, and by https what an entry <c>HOST=REALM-HOST</c> names. Immutable.
/// </summary>
public sealed class RealmPolicy
{
    private readonly ImmutableHashSet<(string Registry, string Realm)> _named;

    private RealmPolicy(ImmutableHashSet<(string Registry, string Realm)> named)
    {
        _named = named;
    }

    /// <summary>Nothing beyond the rule.</summary>
    public static RealmPolicy Default { get; } = new([]);

    /// <summary>Reads entries <c>HOST=REALM-HOST[:PORT]</c>, as <c>--token-realm</c> takes them; a host may have several.</summary>
    /// <exception cref="FormatException">An entry is malformed.</exception>
    public static RealmPolicy Parse(IEnumerable<string> entries) => new([.. entries.Select(ParseEntry)]);

    /// <param name="registry">The registry as references name it.</param>
    /// <param name="at">The address that the challenge came from.</param>
    /// <param name="realm">The challenge's realm, as sent.</param>
    /// <param name="address">The end-point, when it may be used.</param>
    public bool Allows(string registry, Uri at, string? realm, [NotNullWhen(true)] out Uri? address)
    {
        ArgumentNullException.ThrowIfNull(at);
        bool allowed =
            IsSound(realm, out address)
            && (
                (Loopback.Is(at) && Loopback.Is(address))
                || (
                    address.Scheme == "https"
                    && (IsOwn(at, address) || IsKnown(at, address) || _named.Contains((Named(registry), HostOf(address))))
                )
            );
        if (!allowed)
            address = null;
        return allowed;
    }

    /// <summary>What to do about a realm that is not allowed.</summary>
    internal static string AdviceFor(string registry, string? realm) =>
        IsSound(realm, out Uri? address) && address.Scheme == "https"
            ? $"no credentials were sent. If the registry's tokens come from that host, give --token-realm {registry}={HostOf(address)}"
            : "no credentials were sent: a realm is an https URL without user information; check that the registry works correctly";

    private static (string Registry, string Realm) ParseEntry(string entry)
    {
        string[] sides = entry.Split('=', 2, StringSplitOptions.TrimEntries);
        return
            sides is [{ Length: > 0 } registry, { Length: > 0 } realm]
            && !registry.AsSpan().ContainsAny("/@ ")
            && Uri.TryCreate($"https://{realm}/", UriKind.Absolute, out Uri? address)
            && address.UserInfo.Length == 0
            && address.PathAndQuery == "/"
            && address.Fragment.Length == 0
            ? (Named(registry), HostOf(address))
            : throw new FormatException($"--token-realm '{entry}': wanted HOST=REALM-HOST, as in registry.example.org=auth.example.org");
    }

    private static bool IsSound(string? realm, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(realm, UriKind.Absolute, out address)
        && address.Scheme is "https" or "http"
        && address!.UserInfo.Length == 0
        && address.Fragment.Length == 0;

    private static bool IsOwn(Uri at, Uri realm) => SameHost(realm, at.IdnHost) && (realm.Port == at.Port || realm.IsDefaultPort);

    private static bool IsKnown(Uri at, Uri realm) => KnownRegistry.GivesTokens(at.IdnHost, realm.IdnHost) && realm.IsDefaultPort;

    private static bool SameHost(Uri address, string host) => string.Equals(address.IdnHost, host, StringComparison.OrdinalIgnoreCase);

    private static string Named(string registry) => RegistryName.Canonical(registry);

    /// <summary>In the form that DNS has: names that look alike differ in it.</summary>
    private static string HostOf(Uri address)
    {
        string host = address.IdnHost.ToLowerInvariant();
        return address.IsDefaultPort ? host : $"{host}:{address.Port}";
    }
}
