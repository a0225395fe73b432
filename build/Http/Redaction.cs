namespace Slipway.Http;

/// <summary>Makes addresses fit for logs and errors.</summary>
public static class Redaction
{
    /// <summary>
    /// The address without user information, query and fragment, where signed addresses keep their secrets; its host in the form that
    /// DNS has, in which names that look alike differ.
    /// </summary>
    public static string Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri)
            return address.OriginalString.Split('?', '#')[0];
        Uri plain = address.HostNameType == UriHostNameType.Dns && address.Host != address.IdnHost
            ? new UriBuilder(address) { Host = address.IdnHost }.Uri
            : address;
        return plain.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }
}
