using System.Buffers;
using System.Runtime.InteropServices;

namespace Slipway.Registry;

/// <summary>
/// Memory for the pieces of blobs, out of the runtime's pool, so that one publication uses what the one before gave back: what is
/// this large would otherwise stay until the runtime finds the time to collect it. Safe for concurrent use.
/// </summary>
internal static class PieceBuffers
{
    /// <summary>Memory of just this many bytes, at most a piece's.</summary>
    public static Memory<byte> Rent(int size) => IsPooled(size) ? ArrayPool<byte>.Shared.Rent(size).AsMemory(0, size) : new byte[size];

    /// <summary>Gives it back; nobody may use it after.</summary>
    public static void Return(Memory<byte> piece)
    {
        if (IsPooled(piece.Length) && MemoryMarshal.TryGetArray(piece, out ArraySegment<byte> segment))
            ArrayPool<byte>.Shared.Return(segment.Array!);
    }

    private static bool IsPooled(int size) => size > BlobFeed.PieceSize / 4;
}
