namespace Slipway.Archives;

/// <summary>
/// Keeps the dictionary of a decoder that is done for the next one, so that reading hundreds of packages one after another
/// costs the memory of one. Holds at most one buffer, the largest so far. Safe for concurrent use; decoders that are at
/// work at the same time do not share.
/// </summary>
public sealed class XzMemory
{
    private byte[]? _spare;

    /// <summary>A buffer of at least this length; what it holds is undefined.</summary>
    internal byte[] Rent(int length)
    {
        byte[]? spare = Interlocked.Exchange(ref _spare, null);
        return spare is not null && spare.Length >= length ? spare : GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Takes a buffer back; the smaller of two is let go.</summary>
    internal void Return(byte[] buffer)
    {
        byte[]? other = Interlocked.Exchange(ref _spare, buffer);
        if (other is not null && other.Length > buffer.Length)
            _spare = other;
    }
}
