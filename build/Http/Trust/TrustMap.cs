using System.Collections.Immutable;

namespace Slipway.Http;

/// <summary>Which trust holds for which host. Immutable.</summary>
public sealed class TrustMap
{
    private readonly HostTrust _everywhere;
    private readonly ImmutableDictionary<string, HostTrust> _hosts;

    private TrustMap(HostTrust everywhere, ImmutableDictionary<string, HostTrust> hosts)
    {
        _everywhere = everywhere;
        _hosts = hosts;
    }

    /// <summary>The system's trust for all.</summary>
    public static TrustMap OfSystem { get; } =
        new(HostTrust.OfSystem, ImmutableDictionary.Create<string, HostTrust>(StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads what the command line says.</summary>
    /// <param name="authorities">Entries <c>[HOST=]FILE</c>: a PEM bundle of authorities to trust at this host, or at all.</param>
    /// <param name="identities">Entries <c>HOST=FILE[,KEY-FILE]</c>: the certificate to show to this host.</param>
    /// <param name="address">Where requests to a host go.</param>
    /// <param name="password">Asked for the password of an encrypted key; null when there is none.</param>
    /// <exception cref="FormatException">An entry is malformed.</exception>
    /// <exception cref="CertificateException">A file is not what it should be.</exception>
    public static TrustMap Read(
        IEnumerable<string> authorities,
        IEnumerable<string> identities,
        Func<string, Uri> address,
        Func<string?> password
    )
    {
        TrustMap map = OfSystem;
        foreach (string entry in authorities)
        {
            (string? host, string file) = Split(entry);
            var added = CertificateFile.ReadAuthorities(file);
            map = map.With(host is null ? null : address(host), trust => trust with { Authorities = [.. trust.Authorities, .. added] });
        }

        foreach (string entry in identities)
        {
            (string? host, string files) = Split(entry);
            if (host is null)
                throw new FormatException($"--client-certificate '{entry}': wanted HOST=FILE or HOST=FILE,KEY-FILE");
            string[] parts = files.Split(',', 2);
            ClientIdentity identity = CertificateFile.ReadIdentity(parts[0], parts.ElementAtOrDefault(1), password);
            map = map.With(address(host), trust =>
                trust.Identity is null
                    ? trust with
                    {
                        Identity = identity,
                    }
                    : throw new FormatException($"--client-certificate '{entry}': {host} has one already")
            );
        }

        return map;
    }

    /// <summary>A handler like <see cref="HttpTransport.NewHandler"/> that trusts as this says; the caller disposes it.</summary>
    public HttpMessageHandler NewHandler() =>
        new HostTrustHandler(
            _everywhere,
            _hosts.Select(host =>
                KeyValuePair.Create(host.Key, host.Value with { Authorities = [.. _everywhere.Authorities, .. host.Value.Authorities] })
            )
        );

    private TrustMap With(Uri? address, Func<HostTrust, HostTrust> change)
    {
        if (address is null)
            return new TrustMap(change(_everywhere), _hosts);
        string host = $"{address.IdnHost}:{address.Port}";
        return new TrustMap(_everywhere, _hosts.SetItem(host, change(_hosts.GetValueOrDefault(host, HostTrust.OfSystem))));
    }

    /// <summary>What stands before '=' is a host unless it holds what no host does: then all of it is a file.</summary>
    private static (string? Host, string File) Split(string entry)
    {
        int equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !entry.AsSpan(0, equals).ContainsAny('/', '\\') ? (entry[..equals], entry[(equals + 1)..]) : (null, entry);
    }
}
