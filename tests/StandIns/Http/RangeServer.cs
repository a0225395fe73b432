using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Slipway.StandIns;

/// <summary>A file on a <see cref="LoopbackServer"/> that is given by ranges, can be cut, and can answer ranges wrongly.</summary>
public sealed class RangeServer
{
    private readonly byte[] _content;

    public RangeServer(LoopbackServer server, string path, byte[] content)
    {
        _content = content;
        server.On(path, AnswerAsync);
    }

    /// <summary>The Range and If-Range of every request, in order; "whole" for one without a range.</summary>
    public ConcurrentQueue<string> Ranges { get; } = new();

    /// <summary>Bytes after which each answer is cut, in order; later ones are not.</summary>
    public ConcurrentQueue<int> Cuts { get; init; } = new();

    public string? EntityTag { get; init; }

    /// <summary>The tag from the second answer on, where it is another.</summary>
    public string? LaterEntityTag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public bool IgnoresRanges { get; init; }

    /// <summary>What stands in place of the right Content-Range, made from offset and size.</summary>
    public Func<int, int, string>? WrongContentRange { get; init; }

    /// <summary>What is sent in place of the file, from the second answer on.</summary>
    public byte[]? Later { get; init; }

    private async Task AnswerAsync(HttpContext context, int before)
    {
        string range = context.Request.Headers.Range.ToString(),
            condition = context.Request.Headers.IfRange.ToString();
        Ranges.Enqueue(
            range.Length == 0 ? "whole"
            : condition.Length == 0 ? range
            : $"{range} if {condition}"
        );
        byte[] content = before > 0 && Later is not null ? Later : _content;
        string? tag = before > 0 && LaterEntityTag is not null ? LaterEntityTag : EntityTag;
        if (tag is not null)
            context.Response.Headers.ETag = tag;
        if (LastModified is { } modified)
            context.Response.Headers.LastModified = modified.ToString("R");
        int offset = OffsetOf(range, condition, tag);
        if (offset > 0 && offset >= content.Length)
        {
            context.Response.StatusCode = 416;
            context.Response.Headers.ContentRange = $"bytes */{content.Length}";
            return;
        }

        if (offset > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = WrongContentRange?.Invoke(offset, content.Length)
                ?? $"bytes {offset}-{content.Length - 1}/{content.Length}";
        }

        ReadOnlyMemory<byte> body = content.AsMemory(offset);
        context.Response.ContentLength = body.Length;
        // Returning too early makes the server end the connection, but not before what was written has arrived; aborting would drop some.
        await context.Response.Body.WriteAsync(Cuts.TryDequeue(out int cut) ? body[..cut] : body);
    }

    private int OffsetOf(string range, string condition, string? tag)
    {
        if (range.Length == 0 || IgnoresRanges || (condition.Length > 0 && condition != tag && condition != LastModified?.ToString("R")))
            return 0;
        return (int)RangeHeaderValue.Parse(range).Ranges.Single().From!.Value;
    }
}
