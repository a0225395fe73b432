using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>What a role says of another role's metadata (specification, 4.4, METAFILES).</summary>
/// <param name="Version">From 1.</param>
/// <param name="Length">In bytes; null when it is not said.</param>
/// <param name="Hashes">None when they are not said.</param>
internal sealed record MetaFile(long Version, long? Length, ImmutableArray<Digest> Hashes)
{
    /// <exception cref="ContentException">It is no such object.</exception>
    public static MetaFile Read(JsonElement json) =>
        new(
            MetadataHeader.ReadVersion(json),
            json.Find("length") is null ? null
                : json.RequiredNumber("length") is >= 0 and var length ? length
                : throw new ContentException($"'length' wanted 0 or more, got {json.RequiredNumber("length")}"),
            KnownHashes.Read(json)
        );

    /// <summary>The files that <c>meta</c> names.</summary>
    /// <exception cref="ContentException">It is no such object.</exception>
    public static ImmutableSortedDictionary<string, MetaFile> ReadAll(JsonElement signed) =>
        signed
            .RequiredMembers("meta")
            .ToImmutableSortedDictionary(member => member.Name, member => Read(member.Value), StringComparer.Ordinal);

    /// <summary>Makes sure of length and hashes, before anything of the file is read (5.5.2, 5.6.2).</summary>
    /// <exception cref="TufException">It is another file.</exception>
    public void RequireBytes(ReadOnlySpan<byte> bytes, string name)
    {
        if (Length is { } length && length != bytes.Length)
            throw new TufException(TufFailure.WrongLength, $"{name}: wanted {length} bytes, got {bytes.Length}");
        KnownHashes.Require(Hashes, bytes, name);
    }

    /// <exception cref="TufException">The metadata has another version (5.5.4, 5.6.4).</exception>
    public void RequireVersion(MetadataHeader header)
    {
        if (header.Version != Version)
            throw new TufException(TufFailure.VersionMismatch, $"{header.Name}: wanted version {Version}, got version {header.Version}");
    }
}
