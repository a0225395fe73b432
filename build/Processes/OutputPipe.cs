using System.Buffers;
using System.Text;
using CliWrap;

namespace Slipway.Processes;

/// <summary>
/// One output of a program, read to its end or until nobody waits for that any more. What cannot be kept is told, never thrown at the pipe.
/// </summary>
/// <param name="limit">How much there may be.</param>
/// <param name="destination">Where it goes; null to keep it.</param>
/// <param name="failed">Told why no more is taken, at most once; nothing is read after that.</param>
/// <param name="enough">Cancelled when no end is waited for.</param>
internal sealed class OutputPipe(OutputLimit limit, Stream? destination, Action<Exception?> failed, CancellationToken enough) : PipeTarget
{
    private const int BufferSize = 64 * 1024;

    private readonly OutputEnds? _ends = limit.KeepsEnds && destination is null ? new((int)limit.Bytes) : null;
    private readonly Stream _whole = destination ?? new MemoryStream();
    private long _count;

    public override async Task CopyFromAsync(Stream origin, CancellationToken cancellationToken = default)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await origin.ReadAsync(buffer, enough)) > 0 && await TakeAsync(buffer.AsMemory(0, read))) { }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // What came so far is all there is.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What was kept, without a byte order mark.</summary>
    public override string ToString()
    {
        if (_ends is not null)
            return _ends.ToString();
        if (_whole is not MemoryStream kept || destination is not null)
            return "";
        kept.Position = 0;
        using StreamReader reader = new(kept, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private async ValueTask<bool> TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        _count += bytes.Length;
        if (_ends is not null)
        {
            _ends.Write(bytes.Span);
            return true;
        }

        if (_count > limit.Bytes)
        {
            failed(null);
            return false;
        }

        try
        {
            await _whole.WriteAsync(bytes, CancellationToken.None);
            return true;
        }
        catch (Exception e)
        {
            failed(e);
            return false;
        }
    }
}
