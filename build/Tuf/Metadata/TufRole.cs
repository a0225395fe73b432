using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Who signs for a role, and how many of them must (specification, 4.3 and 4.5).</summary>
/// <param name="Name">As <c>timestamp</c>.</param>
/// <param name="Threshold">At least 1.</param>
/// <param name="Keys">The keys that can be used here, by key id.</param>
internal sealed record TufRole(string Name, int Threshold, ImmutableDictionary<string, TufKey> Keys)
{
    public const string Root = "root",
        Timestamp = "timestamp",
        Snapshot = "snapshot",
        Targets = "targets";

    /// <summary>Reads <c>keyids</c> and <c>threshold</c>.</summary>
    /// <param name="keys">The keys that the ids name; an id without one is never counted.</param>
    /// <exception cref="ContentException">It is no such object.</exception>
    public static TufRole Read(string name, JsonElement json, Dictionary<string, TufKey> keys)
    {
        int threshold = json.RequiredInt("threshold");
        if (threshold < 1)
            throw new ContentException($"the threshold of {Printable.Of(name)} wanted 1 or more, got {threshold}");
        var own = ImmutableDictionary.CreateBuilder<string, TufKey>(StringComparer.Ordinal);
        foreach (JsonElement item in json.RequiredItems("keyids"))
        {
            if (item.TextOf("keyids") is var id && keys.TryGetValue(id, out TufKey? key))
                own[id] = key;
        }

        return new TufRole(name, threshold, own.ToImmutable());
    }

    /// <summary>Makes sure that as many keys signed as the threshold says; each counts once, whatever it is called.</summary>
    /// <param name="failure">What it is when they did not.</param>
    /// <exception cref="TufException">They did not.</exception>
    public void Require(MetadataEnvelope metadata, TufFailure failure = TufFailure.ThresholdNotMet)
    {
        HashSet<TufKey> signers = [];
        foreach (MetadataSignature signature in metadata.Signatures)
        {
            if (
                Keys.TryGetValue(signature.KeyId, out TufKey? key)
                && !signers.Contains(key)
                && key.Verifies(metadata.Canonical.Span, signature.Signature.Span)
            )
                signers.Add(key);
        }

        if (signers.Count < Threshold)
        {
            throw new TufException(
                failure,
                $"{metadata.Name}: wanted signatures by {Threshold} of the {Keys.Values.Distinct().Count()} usable keys of the role "
                    + $"{Printable.Of(Name)}, got {signers.Count}"
            );
        }
    }

    /// <summary>Whether the same keys sign, and as many of them must.</summary>
    public bool IsSame(TufRole other) => Threshold == other.Threshold && Keys.Values.ToHashSet().SetEquals(other.Keys.Values);
}
