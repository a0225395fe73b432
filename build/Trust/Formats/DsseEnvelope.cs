using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Sigstore;

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
    public const int MaximumSize = 16 * 1024 * 1024;

    private const int MaximumSignatures = 16,
        MaximumSignature = 16 * 1024;

    /// <summary>Signs a payload.</summary>
    /// <exception cref="ContentException">The envelope would be larger than any reader takes; nothing was signed.</exception>
    public static async Task<DsseEnvelope> SignAsync(
        string payloadType,
        ReadOnlyMemory<byte> payload,
        KeyedSigner signer,
        CancellationToken cancellationToken
    ) =>
        Base64.GetMaxEncodedToUtf8Length(payload.Length) <= MaximumSize - MaximumSignature
            ? new(payloadType, payload, [await signer.SignAsync(PreAuthentication(payloadType, payload.Span), cancellationToken)])
            : throw new ContentException(
                $"a statement of {payload.Length} bytes: wanted an envelope of at most {MaximumSize}; nothing was signed"
            );

    /// <summary>
    /// Reads <c>payload</c>, <c>payloadType</c> and <c>signatures</c>, all needed, in standard or URL-safe base64; other members,
    /// as key ids, play no part.
    /// </summary>
    /// <exception cref="ContentException">It is no such envelope.</exception>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaximumSize)
            throw new ContentException($"DSSE envelope: wanted at most {MaximumSize} bytes, got {json.Length}");
        Members members = new();
        JsonMembers.ReadDocument(json.Span, "DSSE envelope", members.Take);
        return members.Whole();
    }

    /// <summary>The envelope that is the JSON object at which <paramref name="reader"/> stands.</summary>
    internal static DsseEnvelope Read(ref Utf8JsonReader reader)
    {
        Members members = new();
        JsonMembers.ReadObject(ref reader, members.Take);
        return members.Whole();
    }

    /// <summary>
    /// The statement that the payload is; null when it is none. To be asked only of an envelope whose signature was verified.
    /// </summary>
    public Statement? Statement
    {
        get
        {
            try
            {
                if (PayloadType != InToto)
                    return null;
                Statement said = Statement.Parse(Payload);
                // A member that comes twice would mean one thing here and another one to somebody else.
                return OciJson.Read(said.Predicate, "predicate", _ => said);
            }
            catch (ContentException)
            {
                return null;
            }
        }
    }

    /// <summary>The same for equal envelopes, and for no others.</summary>
    public Digest Identity
    {
        get
        {
            using IncrementalHash hash = SignedHash();
            foreach (ReadOnlyMemory<byte> signature in Signatures)
                hash.AppendData(SHA256.HashData(signature.Span));
            return Digest.FromHash("sha256", hash.GetCurrentHash());
        }
    }

    /// <summary>Whether one of the signatures is by this key.</summary>
    public bool IsSignedBy(VerificationKey key)
    {
        SignedMessage signed = SignedMessage.Of(Head(PayloadType, Payload.Length), Payload);
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

    public bool Equals(DsseEnvelope? other) =>
        other is not null
        && PayloadType == other.PayloadType
        && Payload.Span.SequenceEqual(other.Payload.Span)
        && Signatures.SequenceEqual(other.Signatures, SameBytes.Comparer);

    public override int GetHashCode() => HashCode.Combine(PayloadType, Payload.Length);

    /// <summary>What is signed: <c>PAE(type, body)</c> (protocol.md, "Signature Definition"), lengths in bytes.</summary>
    private static byte[] PreAuthentication(string type, ReadOnlySpan<byte> body) => [.. Head(type, body.Length), .. body];

    private static byte[] Head(string type, int length) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {length} "));

    /// <summary>Over what is signed, without a copy of it.</summary>
    private IncrementalHash SignedHash()
    {
        IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Head(PayloadType, Payload.Length));
        hash.AppendData(Payload.Span);
        return hash;
    }

    /// <summary>The members of an envelope, as they come.</summary>
    private sealed class Members
    {
        private readonly ImmutableArray<ReadOnlyMemory<byte>>.Builder _signatures = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        private string? _type;
        private byte[]? _payload;

        public bool Take(string name, ref Utf8JsonReader value)
        {
            switch (name)
            {
                case "payload":
                    _payload = value.Base64(name);
                    return true;
                case "payloadType":
                    _type = value.Text(name);
                    return true;
                case "signatures":
                    JsonMembers.ReadArray(ref value, name, MaximumSignatures, TakeSignature);
                    return true;
                default:
                    return false;
            }
        }

        /// <exception cref="ContentException">Something is missing.</exception>
        public DsseEnvelope Whole() =>
            _type is null ? throw new ContentException("'payloadType' is missing")
            : _payload is null ? throw new ContentException("'payload' is missing")
            : _signatures.Count == 0 ? throw new ContentException("there is no signature")
            : new DsseEnvelope(_type, _payload, _signatures.ToImmutable());

        private bool TakeSignature(string name, ref Utf8JsonReader item)
        {
            byte[]? signature = null;
            JsonMembers.ReadObject(ref item, (string member, ref Utf8JsonReader value) =>
            {
                if (member != "sig")
                    return false;
                signature =
                    value.ValueSpan.Length <= MaximumSignature
                        ? value.Base64(member)
                        : throw new ContentException($"'sig' wanted at most {MaximumSignature} bytes");
                return true;
            });
            _signatures.Add(signature ?? throw new ContentException("'sig' is missing"));
            return true;
        }
    }

    private sealed class SameBytes : EqualityComparer<ReadOnlyMemory<byte>>
    {
        public static SameBytes Comparer { get; } = new();

        public override bool Equals(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

        public override int GetHashCode(ReadOnlyMemory<byte> bytes) => bytes.Length;
    }
}
