using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Spdx;

/// <summary>
/// Identifiers of a document's elements: letters, digits, dots and hyphens alone (clauses 7.2 and 8.2). The same name has the
/// same identifier in every document, so that two of them can be compared.
/// </summary>
public static partial class SpdxId
{
    public const string Document = "SPDXRef-DOCUMENT";
    public const string Image = "SPDXRef-Image";
    public const string Index = "SPDXRef-Index";

    public static string OfFile(string path) => $"SPDXRef-File-{Hash(path)}";

    /// <param name="kind">What kind of package.</param>
    /// <param name="name">Any text.</param>
    public static string OfPackage(string kind, string name) => $"SPDXRef-{kind}-{Plain(name)}";

    /// <summary>A licence's, by its name and text: others may call something else by the same name.</summary>
    public static string OfLicence(string name, string text) =>
        $"LicenseRef-{Shortened(Other().Replace(name, "-"))}-{Hash($"{name}\n{text}")}";

    public static string OfOther(Platform platform) => $"DocumentRef-{Plain(platform.ToString())}";

    /// <summary>Whether a text can be an element's identifier.</summary>
    public static bool IsElement(string text) => Element().IsMatch(text);

    private static string Plain(string name)
    {
        string plain = Shortened(Other().Replace(name, "-"));
        return plain == name ? name : $"{plain}-{Hash(name)}";
    }

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60];

    private static string Hash(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)).Hex[..20];

    [GeneratedRegex("[^A-Za-z0-9.-]+")]
    private static partial Regex Other();

    [GeneratedRegex(@"\ASPDXRef-[A-Za-z0-9.-]+\z")]
    private static partial Regex Element();
}
