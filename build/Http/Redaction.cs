namespace Slipway.Http;

/// <summary>Makes addresses fit for logs and errors.</summary>
public static class Redaction
{
    /// <summary>The address without user information, query and fragment, where signed addresses keep their secrets.</summary>
    public static string Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : address.OriginalString.Split('?', '#')[0];
    }
}
