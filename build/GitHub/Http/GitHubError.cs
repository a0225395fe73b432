using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// What GitHub says of a refusal (its schemas "Basic Error" and "Validation Error"), cleaned for people: lines of at most 200
/// printable characters, without queries of addresses, which may be signed.
/// </summary>
/// <param name="Details">What is wrong with which field, at most three.</param>
internal sealed partial record GitHubError(string? Message, ImmutableArray<string> Details)
{
    private const int MaximumDetails = 3;

    public static GitHubError None { get; } = new(null, []);

    /// <summary>Whether it says that what was to be made is there.</summary>
    public bool IsThereAlready =>
        Details
            .Prepend(Message ?? "")
            .Any(text =>
                text.Contains("already_exists", StringComparison.Ordinal)
                || text.Contains("already exists", StringComparison.OrdinalIgnoreCase)
            );

    /// <summary>Never fails: what is no such document says nothing.</summary>
    /// <param name="conceal">Takes our own token out of a text, for a server that echoes it.</param>
    public static GitHubError Parse(ReadOnlyMemory<byte> body, Func<string, string> conceal)
    {
        try
        {
            return OciJson.Read(body, "error", root => new GitHubError(
                Clean(Text(root, "message"), conceal),
                [.. root.Items("errors").Take(MaximumDetails).Select(detail => Clean(Detail(detail), conceal)).OfType<string>()]
            ));
        }
        catch (ContentException)
        {
            return None;
        }
    }

    public override string ToString() =>
        this == None || (Message is null && Details.IsEmpty) ? ""
        : Details.IsEmpty ? $"\"{Message}\""
        : $"\"{Message}\" ({string.Join("; ", Details)})";

    private static string? Detail(JsonElement detail) =>
        detail.ValueKind switch
        {
            JsonValueKind.String => detail.GetString(),
            JsonValueKind.Object => string.Join(
                ' ',
                new[]
                {
                    string.Join('.', new[] { Text(detail, "resource"), Text(detail, "field") }.OfType<string>()),
                    Text(detail, "code"),
                    Text(detail, "message"),
                }.Where(part => !string.IsNullOrEmpty(part))
            ),
            _ => null,
        };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Clean(string? text, Func<string, string> conceal) =>
        string.IsNullOrWhiteSpace(text) ? null : Printable.Of(Query().Replace(conceal(text), "?…")).Replace('"', '\'');

    [GeneratedRegex(@"\?[^\s""'<>]*=[^\s""'<>]*")]
    private static partial Regex Query();
}
