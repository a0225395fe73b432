using System.Buffers;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// One line of what an Engine tells of a load or a build (Engine API, "ImageBuild" and "ImageLoad"): a JSON object.
/// </summary>
public sealed record EngineMessage
{
    /// <summary>Text for people; may end with a line end.</summary>
    public string? Stream { get; init; }

    public string? Status { get; init; }

    public string? Id { get; init; }

    /// <summary>Whatever a message of this id holds; a value of its own.</summary>
    public JsonElement? Aux { get; init; }

    /// <summary>That it failed, and why; the stream may go on to its end.</summary>
    public string? Error { get; init; }

    /// <summary>A failed command's exit code.</summary>
    public int? ErrorCode { get; init; }
}

/// <summary>Reads a stream of such messages, a line at a time.</summary>
public static class EngineMessages
{
    /// <summary>The longest line that is read, in bytes.</summary>
    public const int LongestLine = 8 * 1024 * 1024;

    /// <summary>Every message in its order; blank lines are none. The stream stays open.</summary>
    /// <exception cref="ContentException">A line is too long or no such message.</exception>
    public static async IAsyncEnumerable<EngineMessage> ReadAsync(
        Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArrayBufferWriter<byte> line = new();
        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            ReadOnlyMemory<byte> rest = buffer.AsMemory(0, count);
            int end;
            while ((end = rest.Span.IndexOf((byte)'\n')) >= 0)
            {
                Append(line, rest.Span[..end]);
                if (Parse(line.WrittenMemory) is { } message)
                    yield return message;
                line.ResetWrittenCount();
                rest = rest[(end + 1)..];
            }

            Append(line, rest.Span);
        }

        if (Parse(line.WrittenMemory) is { } last)
            yield return last;
    }

    private static void Append(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> bytes)
    {
        if (line.WrittenCount + bytes.Length > LongestLine)
            throw new ContentException($"a message is longer than {LongestLine} bytes");
        line.Write(bytes);
    }

    private static EngineMessage? Parse(ReadOnlyMemory<byte> line) => line.Span.Trim(" \r\t"u8).IsEmpty ? null : OciJson.Read(line, "a message", root =>
    {
        JsonElement? detail = root.TryGetProperty("errorDetail", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : null;
        string? error = detail?.OptionalString("message") ?? root.OptionalString("error");
        return new EngineMessage
        {
            Stream = root.OptionalString("stream"),
            Status = root.OptionalString("status"),
            Id = root.OptionalString("id"),
            Aux = root.TryGetProperty("aux", out JsonElement aux) && aux.ValueKind != JsonValueKind.Null ? aux.Clone() : null,
            Error = error is { Length: 0 } || (error is null && detail is not null) ? "it failed without saying why" : error,
            ErrorCode = detail is { } one && one.TryGetProperty("code", out JsonElement code) && code.TryGetInt32(out int number) ? number : null,
        };
    });
}
