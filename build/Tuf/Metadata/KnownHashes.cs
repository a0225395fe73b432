using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Hashes of a file (specification, 4.4), of which those that are known here must all be its own.</summary>
internal static class KnownHashes
{
    /// <summary>Reads <c>hashes</c>; those by other algorithms are passed over. Empty when there are none.</summary>
    /// <exception cref="ContentException">It is no such object, or none of several is known.</exception>
    public static ImmutableArray<Digest> Read(JsonElement element)
    {
        if (element.Find("hashes") is null)
            return [];
        var known = ImmutableArray.CreateBuilder<Digest>();
        foreach (JsonProperty member in element.RequiredMembers("hashes"))
        {
            if (member.Name is "sha256" or "sha512")
                known.Add(Digest.Parse($"{member.Name}:{member.Value.TextOf(member.Name)}"));
        }

        return known.Count > 0 ? known.ToImmutable() : throw new ContentException("'hashes' wanted sha256 or sha512, got neither");
    }

    /// <exception cref="TufException">The bytes do not have one of the hashes.</exception>
    public static void Require(ImmutableArray<Digest> hashes, ReadOnlySpan<byte> bytes, string name)
    {
        foreach (Digest wanted in hashes)
        {
            if (!wanted.Matches(bytes))
                throw new TufException(TufFailure.HashMismatch, $"{name}: wanted {wanted}, got another hash for its {bytes.Length} bytes");
        }
    }
}
