using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Passes an Engine's messages on as they come, and fails where Docker.DotNet would say nothing: at a line that is no message or too long,
/// at one that breaks off, and, at the end, when any of them told an error. Disposes the inner stream.
/// </summary>
/// <param name="refused">Makes an exception of an error that was told.</param>
internal sealed class MessageStream(Stream inner, Func<string, Exception> refused) : ReadOnlyStream
{
    /// <summary>In bytes. The library looks at a line anew with every piece of it that comes: a long one costs its square.</summary>
    private const int LongestLine = 256 * 1024;

    private readonly MessageLines _lines = new(LongestLine);

    private string? _error;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        foreach (
            EngineMessage message in count > 0 ? _lines.Receive(buffer[..count])
            : buffer.IsEmpty ? []
            : _lines.End()
        )
            _error ??= message.Error;
        return count > 0 || _error is null || buffer.IsEmpty ? count : throw refused(_error);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
