using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>What a role says of a file that the repository is there for (specification, 4.5, TARGETS).</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Hashes">At least one.</param>
internal sealed record TargetFile(long Length, ImmutableArray<Digest> Hashes)
{
    /// <exception cref="ContentException">It is no such object.</exception>
    public static TargetFile Read(JsonElement json)
    {
        long length = json.RequiredNumber("length");
        if (length < 0)
            throw new ContentException($"'length' wanted 0 or more, got {length}");
        ImmutableArray<Digest> hashes = KnownHashes.Read(json);
        return hashes.IsEmpty ? throw new ContentException("'hashes' is missing") : new TargetFile(length, hashes);
    }

    /// <summary>
    /// Where the file is below the targets' address: with its hash before its name where snapshots are consistent (5.7.3), by SHA-256
    /// where that is known.
    /// </summary>
    public string Address(string path, bool isConsistent)
    {
        if (!isConsistent)
            return path;
        int name = path.LastIndexOf('/') + 1;
        Digest hash = Hashes.FirstOrDefault(known => known.Algorithm == "sha256") ?? Hashes[0];
        return $"{path[..name]}{hash.Hex}.{path[name..]}";
    }

    /// <summary>Makes sure of length and of every hash (5.7.3).</summary>
    /// <exception cref="TufException">It is another file.</exception>
    public void Require(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length != Length)
            throw new TufException(TufFailure.WrongLength, $"{path}: wanted {Length} bytes, got {bytes.Length}");
        KnownHashes.Require(Hashes, bytes, path);
    }
}
