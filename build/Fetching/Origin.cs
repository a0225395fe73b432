using Slipway.Http;

namespace Slipway.Fetching;

/// <summary>Where a file is read from, and whether plain http is good enough for it.</summary>
public sealed record Origin
{
    private Origin(Uri address, bool plainHttp)
    {
        Address = address;
        PlainHttp = plainHttp;
    }

    /// <summary>An absolute http, https or file address.</summary>
    public Uri Address { get; }

    /// <summary>Whether http to another machine is accepted: only where a hash or signature proves what comes.</summary>
    public bool PlainHttp { get; }

    /// <summary>A file on this machine.</summary>
    public bool IsFile => Address.IsFile;

    /// <summary>
    /// Whether what is read is what its host has, without a hash that says so: not where plain http leads to another machine.
    /// </summary>
    public bool IsAuthentic => IsFile || Address.Scheme == Uri.UriSchemeHttps || IsLocalHttp(Address);

    /// <summary>An address that needs https, but on this machine.</summary>
    /// <exception cref="ArgumentException">It is neither https nor http on loopback.</exception>
    public static Origin Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || IsLocalHttp(address))
            ? new Origin(address, plainHttp: false)
            : throw new ArgumentException($"address {Redaction.Of(address)}: wanted https, or http on this machine only", nameof(address));
    }

    /// <summary>An address chosen by whoever runs this, who may choose plain http: Debian's archive, a mirror.</summary>
    /// <exception cref="ArgumentException">It is neither https, http nor a file.</exception>
    public static Origin OfMirror(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp || address.IsFile)
            ? new Origin(address, plainHttp: true)
            : throw new ArgumentException($"mirror {Redaction.Of(address)}: wanted https, http or a folder", nameof(address));
    }

    /// <summary>
    /// Where a redirect from here leads; null where it must not be followed: only https is, and http from this machine to
    /// itself.
    /// </summary>
    public Origin? Redirected(Uri location)
    {
        ArgumentNullException.ThrowIfNull(location);
        Uri target = new(Address, location);
        return target.Scheme == Uri.UriSchemeHttps || (IsLocalHttp(target) && Loopback.Is(Address)) ? new Origin(target, PlainHttp) : null;
    }

    /// <summary>The address without secrets, or the path of a file.</summary>
    public override string ToString() => IsFile ? Address.LocalPath : Redaction.Of(Address);

    private static bool IsLocalHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp && Loopback.Is(address);
}
