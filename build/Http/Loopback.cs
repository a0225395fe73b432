using System.Net;

namespace Slipway.Http;

/// <summary>The one place where plain http is allowed: this machine.</summary>
public static class Loopback
{
    /// <summary>Whether the address is on this machine by its name or number, without asking DNS.</summary>
    public static bool Is(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Host == "localhost"
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }
}
