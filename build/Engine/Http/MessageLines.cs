using System.Buffers;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Takes messages out of their bytes, which come in pieces of any size; keeps no more than a line.</summary>
/// <param name="longest">The longest line, in bytes.</param>
internal sealed class MessageLines(int longest)
{
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>The messages that end in this piece.</summary>
    /// <exception cref="ContentException">A line is too long or no message.</exception>
    public IEnumerable<EngineMessage> Receive(ReadOnlyMemory<byte> piece)
    {
        int end;
        while ((end = piece.Span.IndexOf((byte)'\n')) >= 0)
        {
            Append(piece.Span[..end]);
            if (Parse(_line.WrittenMemory) is { } message)
                yield return message;
            _line.ResetWrittenCount();
            piece = piece[(end + 1)..];
        }

        Append(piece.Span);
    }

    /// <summary>The last message, where no line end is behind it.</summary>
    /// <exception cref="ContentException">It is none, as one that breaks off.</exception>
    public IEnumerable<EngineMessage> End() => Parse(_line.WrittenMemory) is { } last ? [last] : [];

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_line.WrittenCount + bytes.Length > longest)
            throw new ContentException($"a message is longer than {longest} bytes");
        _line.Write(bytes);
    }

    private static EngineMessage? Parse(ReadOnlyMemory<byte> line) =>
        line.Span.Trim(" \r\t"u8).IsEmpty ? null : OciJson.Read(line, "a message", root =>
            {
                JsonElement? detail =
                    root.TryGetProperty("errorDetail", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : null;
                string? error = detail?.OptionalString("message") ?? root.OptionalString("error");
                return new EngineMessage
                {
                    Stream = root.OptionalString("stream"),
                    Status = root.OptionalString("status"),
                    Id = root.OptionalString("id"),
                    Aux = root.TryGetProperty("aux", out JsonElement aux) && aux.ValueKind != JsonValueKind.Null ? aux.Clone() : null,
                    Error = error is { Length: 0 } || (error is null && detail is not null) ? "it failed without an error message" : error,
                    ErrorCode =
                        detail is { } one && one.TryGetProperty("code", out JsonElement code) && code.TryGetInt32(out int number)
                            ? number
                            : null,
                };
            });
}
