using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>A signature in metadata, by the key that the role calls so.</summary>
/// <param name="Signature">Empty where it is no hex: such a one verifies nothing.</param>
internal sealed record MetadataSignature(string KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>
/// Signed metadata (specification, 4.2.1) of which nobody knows yet whether it is to be believed: what is signed is read only after
/// <see cref="TufRole.Require"/>.
/// </summary>
internal sealed class MetadataEnvelope
{
    /// <summary>The file, for errors.</summary>
    public required string Name { get; init; }

    /// <summary>What is signed.</summary>
    public required JsonElement Signed { get; init; }

    /// <summary>The very bytes that the signatures are over.</summary>
    public required ReadOnlyMemory<byte> Canonical { get; init; }

    public required ImmutableArray<MetadataSignature> Signatures { get; init; }

    /// <param name="bytes">Of bounded length.</param>
    /// <param name="name">The file, for errors.</param>
    /// <exception cref="TufException">It is no such document.</exception>
    public static MetadataEnvelope Parse(ReadOnlyMemory<byte> bytes, string name) => Read(name, () => OciJson.Read(bytes, name, root =>
            {
                JsonElement signed = root.RequiredObject("signed");
                return new MetadataEnvelope
                {
                    Name = name,
                    Signed = signed.Clone(),
                    Canonical = CanonicalJson.Write(signed),
                    Signatures = ReadSignatures(root),
                };
            }));

    /// <summary>Reads what is signed, once it is known who signed it.</summary>
    /// <exception cref="TufException">It is not what it has to be.</exception>
    public T Read<T>(Func<JsonElement, T> read) => Read(Name, () => read(Signed));

    private static T Read<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ContentException e) when (e is not TufException)
        {
            string problem = e.Message.StartsWith(name, StringComparison.Ordinal) ? e.Message : $"{name}: {e.Message}";
            throw new TufException(TufFailure.Malformed, problem, e);
        }
    }

    private static ImmutableArray<MetadataSignature> ReadSignatures(JsonElement root)
    {
        var signatures = ImmutableArray.CreateBuilder<MetadataSignature>();
        foreach (JsonElement item in root.RequiredItems("signatures"))
        {
            if (signatures.Count == MetadataLimits.Signatures)
                throw new ContentException($"wanted at most {MetadataLimits.Signatures} signatures, got more");
            signatures.Add(new MetadataSignature(item.RequiredString("keyid"), Hex(item.RequiredString("sig"))));
        }

        return signatures.ToImmutable();
    }

    private static byte[] Hex(string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
