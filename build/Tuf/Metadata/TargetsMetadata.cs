using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Which files a role vouches for, and which roles it lets vouch for others (specification, 4.5).</summary>
/// <param name="Files">By target path.</param>
/// <param name="Delegations">In the order in which they are asked.</param>
internal sealed record TargetsMetadata(
    MetadataHeader Header,
    ImmutableSortedDictionary<string, TargetFile> Files,
    ImmutableArray<Delegation> Delegations
)
{
    /// <param name="wanted">What the snapshot says of it.</param>
    /// <param name="role">Who has to have signed it: the root's role, or one that is delegated to.</param>
    /// <exception cref="TufException">It is no such metadata that the role signed, or not the wanted one.</exception>
    public static TargetsMetadata Verify(ReadOnlyMemory<byte> bytes, MetaFile wanted, TufRole role)
    {
        string name = $"{Printable.Of(role.Name)}.json";
        wanted.RequireBytes(bytes.Span, name);
        MetadataEnvelope metadata = MetadataEnvelope.Parse(bytes, name);
        role.Require(metadata);
        TargetsMetadata targets = metadata.Read(signed => Read(signed, name));
        wanted.RequireVersion(targets.Header);
        return targets;
    }

    private static TargetsMetadata Read(JsonElement signed, string name) =>
        new(
            MetadataHeader.Read(signed, name, TufRole.Targets),
            signed
                .RequiredMembers("targets")
                .ToImmutableSortedDictionary(member => member.Name, member => TargetFile.Read(member.Value), StringComparer.Ordinal),
            signed.Find("delegations") is null ? [] : Delegation.ReadAll(signed.RequiredObject("delegations"), name)
        );
}
