using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.Http;

/// <summary>
/// Takes secrets out of what others said: a server's answer, a program's complaint. Never applied to words of our own, which hold none, and
/// in which a password that is a word (<c>kubelet</c>, <c>wrong</c>) would show itself by what is missing. Of addresses it leaves what
/// holds no secret.
/// </summary>
public sealed class Redaction
{
    private const string Mark = "***";

    /// <summary>So long a text that is not of letters alone stands nowhere by chance.</summary>
    private const int LongSecret = 8;

    /// <summary>One or two characters are no secret, and stand everywhere.</summary>
    private const int ShortestSecret = 3;

    private readonly string[] _forms;

    /// <param name="secrets">As they are; each is also found percent-encoded, form-encoded, in JSON, in base64 and in hex.</param>
    public Redaction(params IEnumerable<string?> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _forms =
        [
            .. secrets
                .OfType<string>()
                .Where(secret => secret.Length >= ShortestSecret)
                .SelectMany(FormsOf)
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(form => form.Length),
        ];
    }

    /// <summary>
    /// The address without user information, query and fragment, where signed addresses keep their secrets; its host in the form that
    /// DNS has, in which names that look alike differ.
    /// </summary>
    public static string Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri)
            return address.OriginalString.Split('?', '#')[0];
        Uri plain =
            address.HostNameType == UriHostNameType.Dns && address.Host != address.IdnHost
                ? new UriBuilder(address) { Host = address.IdnHost }.Uri
                : address;
        return plain.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }

    /// <summary>
    /// What somebody else said, without the secrets: a short one, or one of letters, where it stands as a word of its own; others anywhere.
    /// </summary>
    public string In(string foreign)
    {
        ArgumentNullException.ThrowIfNull(foreign);
        return _forms.Aggregate(foreign, (text, form) =>
            form.Length >= LongSecret && !form.All(char.IsLetter)
                ? text.Replace(form, Mark, StringComparison.Ordinal)
                : Regex.Replace(text, @$"(?<!\w){Regex.Escape(form)}(?!\w)", Mark, RegexOptions.CultureInvariant)
        );
    }

    private static string[] FormsOf(string secret) =>
        [
            secret,
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            JsonEncodedText.Encode(secret).ToString(),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
            Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)),
        ];
}
