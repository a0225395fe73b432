using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// The first entry of a registry's error document (distribution specification, "Error Codes"), cleaned for people: the
/// code only when it is one by the grammar, the message in one line of at most 200 printable characters and without
/// queries of addresses, which may be signed.
/// </summary>
internal sealed partial record RegistryError(string? Code, string? Message)
{
    private const int MaximumMessage = 200;

    public static RegistryError None { get; } = new(null, null);

    /// <summary>Never fails: what is no error document says nothing.</summary>
    /// <param name="conceal">Takes our own secrets out of a text, for a registry that echoes them.</param>
    public static RegistryError Parse(ReadOnlyMemory<byte> body, Func<string, string> conceal)
    {
        try
        {
            return ForeignJson.Read(body, "error", root =>
            {
                JsonElement first = root.Items("errors").FirstOrDefault();
                // What stands before Docker Hub writes "details" alone.
                return first.ValueKind != JsonValueKind.Object
                    ? new RegistryError(null, Clean(Text(root, "details"), conceal))
                    : new RegistryError(CodeOf(Text(first, "code")), Clean(Text(first, "message"), conceal));
            });
        }
        catch (ContentException)
        {
            return None;
        }
    }

    public override string ToString() =>
        (Code, Message) switch
        {
            (null, null) => "",
            (null, _) => $"\"{Message}\"",
            (_, null) => Code,
            _ => $"{Code} \"{Message}\"",
        };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? CodeOf(string? code) => code is not null && CodeGrammar().IsMatch(code) ? code : null;

    private static string? Clean(string? message, Func<string, string> conceal)
    {
        if (message is null)
            return null;
        string line = Query().Replace(conceal(message), "?…");
        line = Unprintable().Replace(line, " ").Replace('"', '\'').Trim();
        return line.Length == 0 ? null
            : line.Length > MaximumMessage ? line[..MaximumMessage] + "…"
            : line;
    }

    [GeneratedRegex(@"^[A-Z_]{1,64}\z")]
    private static partial Regex CodeGrammar();

    [GeneratedRegex(@"\?[^\s""'<>]*=[^\s""'<>]*")]
    private static partial Regex Query();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}\s]+")]
    private static partial Regex Unprintable();
}
