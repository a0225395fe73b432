using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>A value of a lock that is not what it must be.</summary>
internal sealed class LockFault(string path, string message) : ContentException(message)
{
    /// <summary>Where in the file it is, or what holds it where it is missing; null when the path is in no such file.</summary>
    /// <param name="json">The lock, which was parsed before.</param>
    /// <returns>Line and column, each from 1; the column counts bytes.</returns>
    public (int Line, int Column)? PlaceIn(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        // The path of each map or list that is open, and how many items a list has had.
        Stack<(string Path, int Items)> open = new();
        string key = "";
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            bool isKey = reader.TokenType == JsonTokenType.PropertyName;
            if (isKey)
                key = open.Peek().Path is { Length: > 0 } above ? $"{above}.{reader.GetString()}" : reader.GetString()!;
            else if (open.TryPeek(out var list) && list.Items >= 0)
            {
                key = $"{list.Path}[{list.Items}]";
                open.Push(open.Pop() with { Items = list.Items + 1 });
            }

            // A value's key stands before it, and is what people look for.
            if (key == path)
                return Place(json, (int)reader.TokenStartIndex);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                open.Push((key, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
        }

        return null;
    }

    private static (int Line, int Column) Place(ReadOnlySpan<byte> json, int at) =>
        (json[..at].Count((byte)'\n') + 1, at - json[..at].LastIndexOf((byte)'\n'));
}
