using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>A public key of a repository (specification, 4.2). Equality is by the key itself, however it is written or called.</summary>
internal sealed class TufKey : IEquatable<TufKey>
{
    private readonly SignatureScheme _scheme;
    private readonly byte[] _key;
    private readonly string _identity;

    private TufKey(SignatureScheme scheme, byte[] key)
    {
        _scheme = scheme;
        _key = key;
        _identity = Convert.ToBase64String(key);
    }

    /// <summary>The key; null when its type or scheme is not known here, or it is damaged: such a key is never counted.</summary>
    /// <exception cref="ContentException">It is no such object.</exception>
    public static TufKey? Read(JsonElement json) =>
        SignatureScheme.Find(json.RequiredString("keytype"), json.RequiredString("scheme")) is { } scheme
        && json.RequiredObject("keyval").RequiredString("public") is var text
        && scheme.ReadKey(text) is { } key
            ? new TufKey(scheme, key)
            : null;

    /// <summary>
    /// The keys of an object that names them by key id. The id is a name and nothing more: Sigstore's own repository has ids that are not
    /// the hash of their key, and what a key counts for hangs on the key.
    /// </summary>
    /// <exception cref="ContentException">It is no such object, or has too many.</exception>
    public static Dictionary<string, TufKey> ReadAll(JsonElement json)
    {
        Dictionary<string, TufKey> keys = new(StringComparer.Ordinal);
        int count = 0;
        foreach (JsonProperty member in json.RequiredMembers("keys"))
        {
            if (++count > MetadataLimits.Keys)
                throw new ContentException($"wanted at most {MetadataLimits.Keys} keys, got more");
            if (Read(member.Value) is { } key)
                keys.Add(member.Name, key);
        }

        return keys;
    }

    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) => _scheme.Verifies(_key, content, signature);

    public bool Equals(TufKey? other) => other is not null && _identity == other._identity;

    public override bool Equals(object? obj) => Equals(obj as TufKey);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_identity);
}
