using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Slipway.Registry;

/// <summary>
/// Memory for the pieces of blobs, used again and again: what is this large would otherwise stay until the runtime finds the
/// time to collect it. Safe for concurrent use.
/// </summary>
public sealed class PieceBuffers
{
    private readonly ConcurrentBag<byte[]> _free = [];

    /// <summary>Memory of just this many bytes, at most a piece's.</summary>
    internal Memory<byte> Rent(int size) =>
        size <= BlobFeed.PieceSize / 4
            ? new byte[size]
            : (_free.TryTake(out byte[]? buffer) ? buffer : new byte[BlobFeed.PieceSize]).AsMemory(0, size);

    internal void Return(Memory<byte> piece)
    {
        if (MemoryMarshal.TryGetArray(piece, out ArraySegment<byte> segment) && segment.Array!.Length == BlobFeed.PieceSize)
            _free.Add(segment.Array);
    }
}
