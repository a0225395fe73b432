using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Which keys sign for which role (specification, 4.3).</summary>
internal sealed record RootMetadata(MetadataHeader Header, bool IsConsistentSnapshot, ImmutableDictionary<string, TufRole> Roles)
{
    private static readonly string[] Needed = [TufRole.Root, TufRole.Timestamp, TufRole.Snapshot, TufRole.Targets];

    public long Version => Header.Version;

    /// <summary>A root that is believed because of where it comes from; its own threshold has to hold all the same.</summary>
    /// <exception cref="TufException">It is no such root.</exception>
    public static RootMetadata Pinned(ReadOnlyMemory<byte> bytes)
    {
        MetadataEnvelope metadata = MetadataEnvelope.Parse(bytes, "root.json");
        RootMetadata root = metadata.Read(signed => Read(signed, metadata.Name));
        root[TufRole.Root].Require(metadata);
        return root;
    }

    /// <summary>The role that signs metadata of its name.</summary>
    public TufRole this[string role] => Roles[role];

    /// <summary>The root after this one, if it is (5.3.4, 5.3.5).</summary>
    /// <exception cref="TufException">It is not.</exception>
    public RootMetadata Next(ReadOnlyMemory<byte> bytes, string name)
    {
        MetadataEnvelope metadata = MetadataEnvelope.Parse(bytes, name);
        this[TufRole.Root].Require(metadata, TufFailure.RootRotationBroken);
        RootMetadata next = metadata.Read(signed => Read(signed, name));
        next[TufRole.Root].Require(metadata, TufFailure.RootRotationBroken);
        if (next.Version <= Version)
            throw new TufException(TufFailure.Rollback, $"{name}: wanted version {Version + 1}, got version {next.Version}, an older one");
        if (next.Version != Version + 1)
            throw new TufException(TufFailure.VersionGap, $"{name}: wanted version {Version + 1}, got version {next.Version}");
        return next;
    }

    /// <summary>Whether the same keys sign timestamp and snapshot: else what these said before no longer counts (5.3.11).</summary>
    public bool KeepsOnlineKeys(RootMetadata other) =>
        this[TufRole.Timestamp].IsSame(other[TufRole.Timestamp]) && this[TufRole.Snapshot].IsSame(other[TufRole.Snapshot]);

    private static RootMetadata Read(JsonElement signed, string name)
    {
        MetadataHeader header = MetadataHeader.Read(signed, name, TufRole.Root);
        Dictionary<string, TufKey> keys = TufKey.ReadAll(signed);
        JsonElement roles = signed.RequiredObject("roles");
        return new RootMetadata(
            header,
            signed.OptionalFlag("consistent_snapshot") ?? false,
            Needed.ToImmutableDictionary(role => role, role => TufRole.Read(role, roles.RequiredObject(role), keys), StringComparer.Ordinal)
        );
    }
}
