using System.Numerics;
using System.Security.Cryptography;

namespace Slipway.StandIns;

/// <summary>The hashes of RFC 6962, section 2.1, with SHA-256.</summary>
internal static class MerkleTree
{
    public static byte[] Leaf(ReadOnlySpan<byte> body) => SHA256.HashData([0, .. body]);

    /// <param name="leaves">At least one.</param>
    public static byte[] Root(ReadOnlySpan<byte[]> leaves) =>
        leaves.Length == 1 ? leaves[0] : SHA256.HashData([1, .. Root(leaves[..Split(leaves)]), .. Root(leaves[Split(leaves)..])]);

    /// <summary>What proves that a leaf is in the tree, from the leaf's neighbour up.</summary>
    public static List<byte[]> Path(int index, ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
            return [];
        int split = Split(leaves);
        return index < split
            ? [.. Path(index, leaves[..split]), Root(leaves[split..])]
            : [.. Path(index - split, leaves[split..]), Root(leaves[..split])];
    }

    /// <summary>The largest power of two below the number of leaves.</summary>
    private static int Split(ReadOnlySpan<byte[]> leaves) => 1 << BitOperations.Log2((uint)leaves.Length - 1);
}
