using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>Takes the body of an answer, sends the first bytes of it, then ends the connection.</summary>
/// <param name="wanted">How many bytes to send; null for half of what Content-Length says.</param>
internal sealed class TruncatedStream(RawAnswer answer, long? wanted) : WriteOnlyStream
{
    private long? _left;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left is null)
        {
            await answer.SendHeaderAsync();
            _left = wanted ?? (answer.ContentLength ?? buffer.Length) / 2;
        }

        int count = (int)Math.Min(buffer.Length, _left.Value);
        await answer.SendAsync(buffer[..count]);
        _left -= count;
        if (_left > 0)
            return;
        await answer.EndAsync();
        throw new ConnectionCutException();
    }
}
