using System.Buffers;
using System.Text;

namespace Slipway.Testing;

/// <summary>Looks for some secrets, in all their forms at once: what is looked through is much, and what is found is nothing.</summary>
public sealed class SecretSearch
{
    private readonly IReadOnlyList<SecretForms> _secrets;
    private readonly SearchValues<string> _forms;

    public SecretSearch(IReadOnlyList<SecretForms> secrets)
    {
        _secrets = secrets;
        _forms = SearchValues.Create([.. secrets.SelectMany(secret => secret.Forms.Values).Distinct()], StringComparison.Ordinal);
    }

    /// <summary>Each secret's name and form that some bytes hold.</summary>
    public IEnumerable<string> In(ReadOnlyMemory<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes.Span);
        return text.AsSpan().ContainsAny(_forms)
            ? from secret in _secrets
            from form in secret.Forms
            where text.Contains(form.Value, StringComparison.Ordinal)
            select $"{secret.Name}, {form.Key}"
            : [];
    }

    /// <summary>As above, of a text in UTF-8.</summary>
    public IEnumerable<string> In(string text) => In(Encoding.UTF8.GetBytes(text));
}
