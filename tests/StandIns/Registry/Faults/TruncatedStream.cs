using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>Takes the body of a response, sends the first bytes of it, then ends the connection.</summary>
/// <param name="wanted">How many bytes to send; null for half of what Content-Length says.</param>
internal sealed class TruncatedStream(RawResponse response, long? wanted) : WriteOnlyStream
{
    private long? _left;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left is null)
        {
            await response.SendHeaderAsync();
            _left = wanted ?? (response.ContentLength ?? buffer.Length) / 2;
        }

        int count = (int)Math.Min(buffer.Length, _left.Value);
        await response.SendAsync(buffer[..count]);
        _left -= count;
        if (_left > 0)
            return;
        await response.EndAsync();
        throw new ConnectionCutException();
    }
}
