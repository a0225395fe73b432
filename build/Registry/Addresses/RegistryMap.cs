using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Where a registry's requests go: where <see cref="KnownRegistry"/> says, for every other host <c>https://HOST</c>, unless an entry
/// <c>HOST=URL</c> sends it elsewhere: staging, mirrors, tests. Immutable.
/// </summary>
public sealed class RegistryMap
{
    private readonly ImmutableDictionary<string, Uri> _entries;

    private RegistryMap(ImmutableDictionary<string, Uri> entries)
    {
        _entries = entries;
    }

    /// <summary>Nothing is sent elsewhere.</summary>
    public static RegistryMap Default { get; } = new(ImmutableDictionary.Create<string, Uri>(StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads entries <c>HOST=URL</c>, as <c>--registry-map</c> takes them.</summary>
    /// <exception cref="FormatException">An entry is malformed, asks for plain http beyond loopback, or names a host twice.</exception>
    public static RegistryMap Parse(IEnumerable<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ImmutableDictionary<string, Uri>.Builder map = Default._entries.ToBuilder();
        foreach (string entry in entries)
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            string host = equals < 0 ? "" : Canonical(entry[..equals].Trim());
            if (host.Length == 0 || host.AsSpan().ContainsAny('/', ' ', '@'))
                throw Wrong(entry, "wanted HOST=URL, as in quay.io=https://staging.example.org");
            Uri address = Address(entry, entry[(equals + 1)..].Trim());
            if (!map.TryAdd(host, address))
                throw Wrong(entry, $"{host} is mapped twice");
        }

        return new RegistryMap(map.ToImmutable());
    }

    /// <summary>Whether an entry names this host.</summary>
    public bool IsMapped(string host) => _entries.ContainsKey(Canonical(host));

    /// <summary>The address that <c>/v2/</c> is appended to; it has no path.</summary>
    public Uri AddressOf(string host) =>
        _entries.TryGetValue(Canonical(host), out Uri? address)
            ? address
            : KnownRegistry.Of(Canonical(host))?.Address ?? new Uri($"https://{Canonical(host)}/");

    /// <summary>The one name of a registry that has several, as Docker Hub has.</summary>
    internal static string Canonical(string host) => RegistryName.Canonical(host);

    private static Uri Address(string entry, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw Wrong(entry, "the right side is not an http or https URL");
        if (address.UserInfo.Length > 0)
            throw new FormatException("--registry-map: a URL holds user information; credentials come from the environment or a file");
        if (address.PathAndQuery != "/" || address.Fragment.Length > 0)
            throw Wrong(entry, "the URL must end after host and port: a registry's API is always at /v2/");
        return address.Scheme == "https" || Loopback.Is(address)
            ? address
            : throw Wrong(entry, $"plain http is allowed for this machine only, not for {address.Host}; use https");
    }

    private static FormatException Wrong(string entry, string problem) => new($"--registry-map '{entry}': {problem}");
}
