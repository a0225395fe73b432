using System.Buffers;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// An entry as Rekor's version 1 tells it to whoever asks (Rekor, openapi.yaml, <c>LogEntry</c>), or as cosign keeps it beside a signature.
/// Nothing of it is verified.
/// </summary>
public sealed record RekorEntry
{
    private const int MaximumBody = 1024 * 1024,
        MostHashes = 64;

    /// <summary>The entry in canonical form.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long IntegratedTime { get; init; }

    public required long LogIndex { get; init; }

    public required ReadOnlyMemory<byte> LogId { get; init; }

    /// <summary>The log's signature of all of the above.</summary>
    public required ReadOnlyMemory<byte> SignedEntryTimestamp { get; init; }

    /// <summary>Null where there is none.</summary>
    private InclusionProof? Proof { get; init; }

    /// <param name="entry">The value under the entry's id in an answer of the log.</param>
    /// <exception cref="ContentException">It is malformed.</exception>
    public static RekorEntry Parse(JsonElement entry)
    {
        JsonElement verification = entry.RequiredObject("verification");
        return new RekorEntry
        {
            Body = BodyOf(entry),
            IntegratedTime = entry.Natural("integratedTime"),
            LogIndex = entry.Natural("logIndex"),
            LogId = Hex(entry.RequiredString("logID")),
            SignedEntryTimestamp = verification.RequiredBytes("signedEntryTimestamp"),
            Proof = verification.Find("inclusionProof") is { } proof ? ProofOf(proof) : null,
        };
    }

    /// <summary>As cosign keeps it beside a signature (cosign, SIGNATURE_SPEC.md, "Bundle"), without a proof.</summary>
    /// <exception cref="ContentException">It is malformed.</exception>
    public static RekorEntry ParseAnnotation(JsonElement bundle)
    {
        JsonElement payload = bundle.RequiredObject("Payload");
        return new RekorEntry
        {
            Body = BodyOf(payload),
            IntegratedTime = payload.Natural("integratedTime"),
            LogIndex = payload.Natural("logIndex"),
            LogId = Hex(payload.RequiredString("logID")),
            SignedEntryTimestamp = bundle.RequiredBytes("SignedEntryTimestamp"),
        };
    }

    /// <summary>
    /// The bundle of a file's signature with this entry: of the version 0.1, which may do with the log's promise alone
    /// (sigstore_bundle.proto).
    /// </summary>
    /// <param name="certificate">DER.</param>
    /// <param name="content">What is signed, by its digest.</param>
    /// <exception cref="ContentException">The entry's body is none.</exception>
    public byte[] ToBundle(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> signature, Digest content)
    {
        ArgumentNullException.ThrowIfNull(content);
        (string kind, string version) = OciJson.Read(Body, "a log entry's body", body =>
            (body.RequiredString("kind"), body.RequiredString("apiVersion"))
        );
        return OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.1");
            writer.WriteStartObject("verificationMaterial");
            writer.WriteStartObject("x509CertificateChain");
            writer.WriteStartArray("certificates");
            writer.WriteStartObject();
            writer.WriteBase64String("rawBytes", certificate.Span);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartArray("tlogEntries");
            WriteEntry(writer, kind, version);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartObject("messageSignature");
            writer.WriteStartObject("messageDigest");
            writer.WriteString("algorithm", content.Algorithm == "sha512" ? "SHA2_512" : "SHA2_256");
            writer.WriteBase64String("digest", Convert.FromHexString(content.Hex));
            writer.WriteEndObject();
            writer.WriteBase64String("signature", signature.Span);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private void WriteEntry(Utf8JsonWriter writer, string kind, string version)
    {
        writer.WriteStartObject();
        writer.WriteNumber("logIndex", LogIndex);
        writer.WriteStartObject("logId");
        writer.WriteBase64String("keyId", LogId.Span);
        writer.WriteEndObject();
        writer.WriteStartObject("kindVersion");
        writer.WriteString("kind", kind);
        writer.WriteString("version", version);
        writer.WriteEndObject();
        writer.WriteNumber("integratedTime", IntegratedTime);
        writer.WriteStartObject("inclusionPromise");
        writer.WriteBase64String("signedEntryTimestamp", SignedEntryTimestamp.Span);
        writer.WriteEndObject();
        if (Proof is { } proof)
            WriteProof(writer, proof);
        writer.WriteBase64String("canonicalizedBody", Body.Span);
        writer.WriteEndObject();
    }

    private static void WriteProof(Utf8JsonWriter writer, InclusionProof proof)
    {
        writer.WriteStartObject("inclusionProof");
        writer.WriteNumber("logIndex", proof.LogIndex);
        writer.WriteBase64String("rootHash", proof.RootHash.Span);
        writer.WriteNumber("treeSize", proof.TreeSize);
        writer.WriteStartArray("hashes");
        foreach (ReadOnlyMemory<byte> hash in proof.Hashes)
            writer.WriteBase64StringValue(hash.Span);
        writer.WriteEndArray();
        writer.WriteStartObject("checkpoint");
        writer.WriteString("envelope", proof.CheckpointNote);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static byte[] BodyOf(JsonElement entry) =>
        entry.RequiredBytes("body") is { Length: <= MaximumBody } body
            ? body
            : throw new ContentException($"'body' wanted at most {MaximumBody} bytes");

    private static InclusionProof ProofOf(JsonElement proof) =>
        new(
            proof.Natural("logIndex"),
            proof.Natural("treeSize"),
            Hex(proof.RequiredString("rootHash")),
            [.. proof.ItemsUpTo("hashes", MostHashes).Select(hash => (ReadOnlyMemory<byte>)Hex(hash.TextOf("hashes")))],
            proof.OptionalString("checkpoint") ?? ""
        );

    private static byte[] Hex(string text)
    {
        byte[] bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out int length) == OperationStatus.Done
            ? bytes[..length]
            : throw new ContentException("wanted hex");
    }
}
