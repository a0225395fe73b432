using System.Net;
using System.Text;
using System.Text.Json;

namespace Slipway.Testing;

/// <summary>
/// A secret in every form in which it may get somewhere by mistake: as it is, in base64 and base64url at each of the three
/// alignments that what stands before it gives, percent-encoded, form-encoded, in hex, escaped in JSON and in HTML.
/// </summary>
public sealed class SecretForms
{
    private readonly Dictionary<string, string> _forms = new(StringComparer.Ordinal);

    /// <param name="name">What it is, for messages.</param>
    /// <param name="secret">At least 8 characters, so that nothing else looks like it.</param>
    public SecretForms(string name, string secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 8);
        Name = name;
        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        Add("plain", secret);
        Add("hex", Convert.ToHexStringLower(bytes));
        Add("HEX", Convert.ToHexString(bytes));
        Add("percent-encoded", Uri.EscapeDataString(secret));
        Add("form-encoded", WebUtility.UrlEncode(secret));
        Add("in JSON", JsonEncodedText.Encode(secret).ToString());
        Add("in lax JSON", secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));
        Add("in HTML", WebUtility.HtmlEncode(secret));
        for (int before = 0; before < 3; before++)
        {
            string base64 = Base64(bytes, before);
            Add($"base64 after {before} bytes", base64);
            Add($"base64url after {before} bytes", base64.Replace('+', '-').Replace('/', '_'));
        }
    }

    public string Name { get; }

    /// <summary>The names of the forms, for tests of this.</summary>
    public IEnumerable<string> Kinds => _forms.Keys;

    /// <summary>How it looks in one form.</summary>
    public string this[string kind] => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_forms[kind]));

    /// <summary>The forms, as Latin-1 reads their bytes.</summary>
    internal IReadOnlyDictionary<string, string> Forms => _forms;

    private void Add(string kind, string text) => _forms[kind] = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The characters that depend on the secret alone, whatever stands before and after it.</summary>
    private static string Base64(byte[] bytes, int before)
    {
        string all = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
        int first = before == 0 ? 0 : before + 1;
        int last = (before + bytes.Length) % 3 == 0 ? all.Length : all.Length - 1;
        return all[first..last];
    }
}
