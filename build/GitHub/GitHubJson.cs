using System.Text.Json;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>Answers of GitHub's, read within bounds: duplicate properties, nesting beyond 32 and text behind the document are refused.</summary>
internal static class GitHubJson
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <exception cref="GitHubException">It is no such document.</exception>
    public static T Read<T>(GitHubCall call, ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Reading);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ContentException or OverflowException)
        {
            throw GitHubException.Unsound(call, $"its answer is not what GitHub's description says: {Printable.Of(e.Message)}", e);
        }
    }

    public static HttpContent Write(Action<Utf8JsonWriter> write)
    {
        ByteArrayContent content = new(OciJson.Write(write));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    /// <summary>Text that stays in one line and steers no terminal: names that GitHub's own rules allow are such.</summary>
    public static string Plain(this JsonElement element, string name) =>
        element.RequiredString(name) is var text && text == Printable.Of(text) ? text : throw new ContentException($"'{name}' holds what no name does");

    public static bool Flag(this JsonElement element, string name) =>
        element.OptionalFlag(name) ?? false;

    public static DateTimeOffset? Time(this JsonElement element, string name) =>
        element.Find(name) is null ? null : element.RequiredTime(name);

    /// <summary>An address for people.</summary>
    public static Uri Page(this JsonElement element, string name) =>
        Uri.TryCreate(element.Plain(name), UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https") && address.UserInfo.Length == 0
            ? address
            : throw new ContentException($"'{name}' is no address");
}
