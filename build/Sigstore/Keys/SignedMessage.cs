using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>What a signature is over: bytes, or, of a file that is elsewhere, its digest alone. A hash is calculated once.</summary>
public sealed class SignedMessage
{
    private readonly ReadOnlyMemory<byte>[]? _parts;
    private readonly Dictionary<HashAlgorithmName, byte[]> _hashes = [];

    private SignedMessage(ReadOnlyMemory<byte>[]? parts) => _parts = parts;

    /// <summary>All of its bytes, one part after the other, which are not copied.</summary>
    public static SignedMessage Of(params ReadOnlyMemory<byte>[] parts) => new(parts);

    /// <summary>A digest of it; what needs other hashes, or the bytes, is not verified.</summary>
    public static SignedMessage Of(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        SignedMessage message = new(null);
        message._hashes[NameOf(digest)] = Convert.FromHexString(digest.Hex);
        return message;
    }

    /// <summary>Whether the bytes are known, and not a digest alone.</summary>
    internal bool HasBytes => _parts is not null;

    /// <summary>The bytes; null where a digest alone is known.</summary>
    internal byte[]? ToBytes() => _parts is null ? null : [.. _parts.SelectMany(part => part.ToArray())];

    /// <summary>Whether it has this digest, as far as that is known.</summary>
    internal bool Has(Digest digest) => Hash(NameOf(digest)) is { } hash && hash.AsSpan().SequenceEqual(Convert.FromHexString(digest.Hex));

    /// <summary>A hash of it; null where it is not known.</summary>
    internal byte[]? Hash(HashAlgorithmName name)
    {
        if (_hashes.TryGetValue(name, out byte[]? hash) || _parts is null)
            return hash;
        using IncrementalHash all = IncrementalHash.CreateHash(name);
        foreach (ReadOnlyMemory<byte> part in _parts)
            all.AppendData(part.Span);
        return _hashes[name] = all.GetHashAndReset();
    }

    private static HashAlgorithmName NameOf(Digest digest) =>
        digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
}
