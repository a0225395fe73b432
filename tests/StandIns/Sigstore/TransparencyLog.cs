using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// A transparency log of the tests' own, as Rekor's version 1 keeps one: entries in the order in which they came, each with a
/// signed entry timestamp, a proof of inclusion and a signed checkpoint. All in memory; safe for several requests at once.
/// </summary>
public sealed class TransparencyLog(TimeProvider time) : IDisposable
{
    private const string Name = "log.test";
    private const string Tree = "0000000000000001";

    private readonly Lock _lock = new();
    private readonly List<(byte[] Body, long Time)> _entries = [];
    private readonly List<byte[]> _leaves = [];

    /// <summary>What its entries and checkpoints are signed with: ECDSA on P-256.</summary>
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>SHA-256 of the public key, as entries and trusted roots name the log.</summary>
    public byte[] Id => SHA256.HashData(Key.ExportSubjectPublicKeyInfo());

    public int Count
    {
        get
        {
            lock (_lock)
                return _leaves.Count;
        }
    }

    /// <summary>Takes an entry in; what is there already is left as it is.</summary>
    /// <param name="proposal">As a client of Rekor sends it.</param>
    /// <returns>Its index, and whether it is new.</returns>
    /// <exception cref="ContentException">It is no proposal of a known kind, or its signature does not hold.</exception>
    public (int Index, bool IsNew) Add(ReadOnlyMemory<byte> proposal)
    {
        byte[] body = OciJson.Read(proposal, "proposal", LogBody.Of),
            leaf = MerkleTree.Leaf(body);
        lock (_lock)
        {
            if (Find(Convert.ToHexStringLower(leaf)) is { } known)
                return (known, false);
            _entries.Add((body, time.GetUtcNow().ToUnixTimeSeconds()));
            _leaves.Add(leaf);
            return (_leaves.Count - 1, true);
        }
    }

    /// <summary>
    /// The index of an entry by its leaf's hash in hex, with or without the tree's number before it; null when there is none.
    /// </summary>
    public int? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_lock)
        {
            int index = _leaves.FindIndex(leaf => id.Length >= 64 && Convert.ToHexStringLower(leaf) == id[^64..]);
            return index < 0 ? null : index;
        }
    }

    /// <summary>As entries are called: the tree's number and the leaf's hash.</summary>
    public string IdOf(int index)
    {
        lock (_lock)
            return Tree + Convert.ToHexStringLower(_leaves[index]);
    }

    /// <summary>Writes <c>{"ID": entry}</c> with its proofs in the tree as it is now.</summary>
    public void Write(Utf8JsonWriter writer, int index)
    {
        ArgumentNullException.ThrowIfNull(writer);
        lock (_lock)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(IdOf(index));
            WriteSigned(writer, index);
            writer.WriteStartObject("verification");
            WriteProof(writer, index);
            byte[] promise = OciJson.Write(inner =>
            {
                inner.WriteStartObject();
                WriteSigned(inner, index);
                inner.WriteEndObject();
            });
            writer.WriteBase64String("signedEntryTimestamp", Sign(promise));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }

    public void Dispose() => Key.Dispose();

    /// <summary>What the signed entry timestamp is over: these properties in this order are canonical.</summary>
    private void WriteSigned(Utf8JsonWriter writer, int index)
    {
        writer.WriteBase64String("body", _entries[index].Body);
        writer.WriteNumber("integratedTime", _entries[index].Time);
        writer.WriteString("logID", Convert.ToHexStringLower(Id));
        writer.WriteNumber("logIndex", index);
    }

    private void WriteProof(Utf8JsonWriter writer, int index)
    {
        byte[][] leaves = [.. _leaves];
        byte[] root = MerkleTree.Root(leaves);
        writer.WriteStartObject("inclusionProof");
        writer.WriteString("checkpoint", Checkpoint(leaves.Length, root));
        writer.WriteStartArray("hashes");
        foreach (byte[] hash in MerkleTree.Path(index, leaves))
            writer.WriteStringValue(Convert.ToHexStringLower(hash));
        writer.WriteEndArray();
        writer.WriteNumber("logIndex", index);
        writer.WriteString("rootHash", Convert.ToHexStringLower(root));
        writer.WriteNumber("treeSize", leaves.Length);
        writer.WriteEndObject();
    }

    /// <summary>A signed note: the text, an empty line, and who signed it with the first four bytes of the key's hash.</summary>
    private string Checkpoint(int size, byte[] root)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Name} - 1\n{size}\n{Convert.ToBase64String(root)}\n");
        byte[] signature = [.. Id[..4], .. Sign(Encoding.UTF8.GetBytes(text))];
        return $"{text}\n\u2014 {Name} {Convert.ToBase64String(signature)}\n";
    }

    private byte[] Sign(byte[] content) => Key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
