using System.Text.Json;

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
    /// <exception cref="Slipway.Oci.ContentException">A line is too long or no such message.</exception>
    public static async IAsyncEnumerable<EngineMessage> ReadAsync(
        Stream stream,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        MessageLines lines = new(LongestLine);
        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            foreach (EngineMessage message in lines.Receive(buffer.AsMemory(0, count)))
                yield return message;
        }

        foreach (EngineMessage message in lines.End())
            yield return message;
    }
}
