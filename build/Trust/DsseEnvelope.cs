using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Bytes with their type and signatures over both (DSSE 1.0, envelope.md and protocol.md). The payload is opaque until a
/// signature of the envelope was verified.
/// </summary>
/// <param name="PayloadType">What the payload is, a media type.</param>
/// <param name="Payload">The very bytes that are signed.</param>
/// <param name="Signatures">At least one, each DER (ECDSA).</param>
public sealed record DsseEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload, ImmutableArray<ReadOnlyMemory<byte>> Signatures)
{
    /// <summary>The payload type of an in-toto statement.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>More than this many bytes are no envelope: an SBOM of an image with many thousand files has some megabytes.</summary>
    public const int MaximumSize = 32 * 1024 * 1024;

    private const int MaximumSignatures = 16;

    /// <summary>Signs a payload.</summary>
    public static async Task<DsseEnvelope> SignAsync(string payloadType, ReadOnlyMemory<byte> payload, KeyedSigner signer, CancellationToken cancellationToken) =>
        new(payloadType, payload, [await signer.SignAsync(PreAuthentication(payloadType, payload.Span), cancellationToken)]);

    /// <summary>
    /// Reads <c>payload</c>, <c>payloadType</c> and <c>signatures</c>, all needed, in standard or URL-safe base64; other members,
    /// as key ids, play no part.
    /// </summary>
    /// <exception cref="ContentException">It is no such envelope.</exception>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> json) => json.Length > MaximumSize
        ? throw new ContentException($"DSSE envelope: wanted at most {MaximumSize} bytes, got {json.Length}")
        : OciJson.Read(json, "DSSE envelope", Read);

    /// <summary>The envelope that a JSON object is.</summary>
    internal static DsseEnvelope Read(JsonElement element)
    {
        ImmutableArray<ReadOnlyMemory<byte>> signatures =
            [.. element.Items("signatures").Take(MaximumSignatures + 1).Select(signature => Base64(signature.RequiredString("sig"), "a signature"))];
        return signatures.Length switch
        {
            0 => throw new ContentException("there is no signature"),
            > MaximumSignatures => throw new ContentException($"wanted at most {MaximumSignatures} signatures, got more"),
            _ => new DsseEnvelope(element.RequiredString("payloadType"), Base64(element.RequiredString("payload"), "the payload"), signatures),
        };
    }

    /// <summary>The statement that the payload is; null when it is none. To be asked only of an envelope whose signature was verified.</summary>
    public Statement? Statement
    {
        get
        {
            try
            {
                return PayloadType == InToto ? Statement.Parse(Payload) : null;
            }
            catch (ContentException)
            {
                return null;
            }
        }
    }

    /// <summary>Whether one of the signatures is by this key.</summary>
    public bool IsSignedBy(VerificationKey key)
    {
        byte[] signed = PreAuthentication(PayloadType, Payload.Span);
        return Signatures.Any(signature => key.Verifies(signed, signature.Span));
    }

    /// <summary>The bytes in which the envelope is stored; the same envelope always gives the same.</summary>
    public byte[] ToBytes() => OciJson.Write(Write);

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBase64String("payload", Payload.Span);
        writer.WriteString("payloadType", PayloadType);
        writer.WriteStartArray("signatures");
        foreach (ReadOnlyMemory<byte> signature in Signatures)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("sig", signature.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public bool Equals(DsseEnvelope? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => HashCode.Combine(PayloadType, Payload.Length);

    /// <summary>What is signed: <c>PAE(type, body)</c> (protocol.md, "Signature Definition"), lengths in bytes.</summary>
    private static byte[] PreAuthentication(string type, ReadOnlySpan<byte> body)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {body.Length} ");
        return [.. Encoding.UTF8.GetBytes(head), .. body];
    }

    /// <summary>Either of the two alphabets, as the protocol asks of readers.</summary>
    private static byte[] Base64(string text, string what)
    {
        byte[] bytes = new byte[text.Length];
        string standard = text.Replace('-', '+').Replace('_', '/');
        return Convert.TryFromBase64String(standard, bytes, out int length) ? bytes[..length] : throw new ContentException($"{what} is no base64");
    }
}
