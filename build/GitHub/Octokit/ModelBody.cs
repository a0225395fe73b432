using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Slipway.GitHub;

/// <summary>
/// What Octokit makes a model of: of a response the members that a model is read for here. A member that nobody reads cannot make a
/// response unreadable then: GitHub adds words and kinds that Octokit's models do not know. What is read beside the model is left out, too:
/// Octokit has <c>int</c> for numbers of assets that GitHub's schema "release-asset" does not bound, so that a release with one asset of 2
/// GiB could not be read at all; and it holds a long text several times at once.
/// </summary>
internal static class ModelBody
{
    private static readonly HashSet<string> Read =
    [
        "tag_name",
        "target_commitish",
        "html_url",
        "upload_url",
        "name",
        "state",
        "browser_download_url",
        "title",
        "head",
        "base",
        "ref",
        "sha",
        "repo",
        "full_name",
        "merge_base_commit",
        "default_branch",
        "object",
        "type",
        "tree",
        "path",
        "mode",
        "encoding",
        "author",
        "email",
        "parents",
        "labels",
    ];

    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <exception cref="InvalidOperationException">It holds text that is none of Unicode.</exception>
    public static string Of(JsonElement root)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing))
            Write(writer, root);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in value.EnumerateObject().Where(property => Read.Contains(property.Name)))
            {
                writer.WritePropertyName(property.Name);
                Write(writer, property.Value);
            }

            writer.WriteEndObject();
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (JsonElement item in value.EnumerateArray())
                Write(writer, item);
            writer.WriteEndArray();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
