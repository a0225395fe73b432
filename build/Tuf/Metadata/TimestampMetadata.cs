using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Which snapshot is the newest (specification, 4.6).</summary>
internal sealed record TimestampMetadata(MetadataHeader Header, MetaFile Snapshot)
{
    public const string FileName = "timestamp.json";

    /// <exception cref="TufException">It is no timestamp that this root's role signed.</exception>
    public static TimestampMetadata Verify(ReadOnlyMemory<byte> bytes, RootMetadata root)
    {
        MetadataEnvelope metadata = MetadataEnvelope.Parse(bytes, FileName);
        root[TufRole.Timestamp].Require(metadata);
        return metadata.Read(Read);
    }

    /// <summary>Makes sure that this is no older state than one that was believed before (5.4.3).</summary>
    /// <exception cref="TufException">It is.</exception>
    public void RequireNotBefore(TimestampMetadata trusted)
    {
        Require("timestamp", trusted.Header.Version, Header.Version);
        Require("snapshot", trusted.Snapshot.Version, Snapshot.Version);
    }

    private static void Require(string what, long trusted, long version)
    {
        if (version < trusted)
            throw new TufException(
                TufFailure.Rollback,
                $"{FileName}: wanted version {trusted} or newer of the {what}, got version {version}"
            );
    }

    private static TimestampMetadata Read(JsonElement signed)
    {
        MetadataHeader header = MetadataHeader.Read(signed, FileName, TufRole.Timestamp);
        ImmutableSortedDictionary<string, MetaFile> files = MetaFile.ReadAll(signed);
        return files.Count == 1 && files.TryGetValue(SnapshotMetadata.FileName, out MetaFile? snapshot)
            ? new TimestampMetadata(header, snapshot)
            : throw new ContentException($"'meta' wanted {SnapshotMetadata.FileName} and nothing else");
    }
}
