using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Which versions of all targets metadata belong together (specification, 4.4).</summary>
/// <param name="Files">By name, as <c>targets.json</c>.</param>
internal sealed record SnapshotMetadata(MetadataHeader Header, ImmutableSortedDictionary<string, MetaFile> Files)
{
    public const string FileName = "snapshot.json";

    /// <param name="wanted">What the timestamp says of it.</param>
    /// <exception cref="TufException">It is no snapshot that this root's role signed, or not the wanted one.</exception>
    public static SnapshotMetadata Verify(ReadOnlyMemory<byte> bytes, MetaFile wanted, RootMetadata root)
    {
        wanted.RequireBytes(bytes.Span, FileName);
        MetadataEnvelope metadata = MetadataEnvelope.Parse(bytes, FileName);
        root[TufRole.Snapshot].Require(metadata);
        SnapshotMetadata snapshot = metadata.Read(Read);
        wanted.RequireVersion(snapshot.Header);
        return snapshot;
    }

    /// <summary>What it says of a role's metadata.</summary>
    /// <exception cref="TufException">It does not know the role.</exception>
    public MetaFile Of(string role) =>
        Files.TryGetValue(role + ".json", out MetaFile? file)
            ? file
            : throw new TufException(TufFailure.Malformed, $"{FileName}: it does not name {Printable.Of(role)}.json");

    /// <summary>Makes sure that no role's metadata is older than what was believed before, or gone (5.5.5).</summary>
    /// <exception cref="TufException">One is.</exception>
    public void RequireNotBefore(SnapshotMetadata trusted)
    {
        foreach ((string name, MetaFile before) in trusted.Files)
        {
            string got =
                !Files.TryGetValue(name, out MetaFile? now) ? "got none"
                : now.Version < before.Version ? $"got version {now.Version}"
                : "";
            if (got.Length > 0)
                throw new TufException(
                    TufFailure.Rollback,
                    $"{FileName}: wanted version {before.Version} or newer of {Printable.Of(name)}, {got}"
                );
        }
    }

    private static SnapshotMetadata Read(JsonElement signed) =>
        new(MetadataHeader.Read(signed, FileName, TufRole.Snapshot), MetaFile.ReadAll(signed));
}
