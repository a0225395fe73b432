using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Slipway.Sigstore;

/// <summary>Proofs of inclusion in a log's tree of SHA-256 hashes (RFC 6962, 2.1.1; verified as in RFC 9162, 2.1.3.2).</summary>
internal static class MerkleTree
{
    private const byte LeafPrefix = 0,
        NodePrefix = 1;

    public static byte[] LeafHash(ReadOnlySpan<byte> leaf) => SHA256.HashData([LeafPrefix, .. leaf]);

    /// <summary>The root of a tree with this leaf and these hashes on its way up; null when no tree of that size has such a way.</summary>
    /// <param name="index">The leaf's number, from 0.</param>
    public static byte[]? RootOf(ReadOnlySpan<byte> leafHash, long index, long treeSize, ImmutableArray<ReadOnlyMemory<byte>> path)
    {
        if (index < 0 || index >= treeSize)
            return null;
        (ulong node, ulong last) = ((ulong)index, (ulong)treeSize - 1);
        byte[] hash = leafHash.ToArray();
        foreach (ReadOnlyMemory<byte> sibling in path)
        {
            if (last == 0 || sibling.Length != SHA256.HashSizeInBytes)
                return null;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling.Span, hash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = NodeHash(hash, sibling.Span);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    private static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([NodePrefix, .. left, .. right]);
}
