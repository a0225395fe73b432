using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>An entry of a transparency log, with what the log said of it (sigstore_rekor.proto, <c>TransparencyLogEntry</c>).</summary>
internal sealed record LogEntry
{
    private const int MaximumBody = 16 * 1024 * 1024;

    /// <summary>Its number in all of the log; the log may consist of several trees.</summary>
    public required long LogIndex { get; init; }

    /// <summary>Names the log.</summary>
    public required ReadOnlyMemory<byte> LogId { get; init; }

    /// <summary>As <c>hashedrekord</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>As <c>0.0.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since 1970 when the log took it in; 0 where it does not say. To be believed with a valid promise alone.</summary>
    public required long IntegratedTime { get; init; }

    /// <summary>The log's signature of time, index and body; empty where there is none.</summary>
    public required ReadOnlyMemory<byte> Promise { get; init; }

    /// <summary>Null where there is none.</summary>
    public required InclusionProof? Proof { get; init; }

    /// <summary>What the log holds: JSON in its canonical form (RFC 8785).</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether it is of a log of tiles (Rekor v2), which gives no promise and no time.</summary>
    public bool IsTiled => Version == "0.0.2" && Kind != "intoto";

    /// <exception cref="ContentException">It is malformed.</exception>
    public static LogEntry Parse(JsonElement entry)
    {
        JsonElement kind = entry.RequiredObject("kindVersion");
        byte[] body = entry.RequiredBytes("canonicalizedBody");
        return body.Length > MaximumBody
            ? throw new ContentException($"'canonicalizedBody' wanted at most {MaximumBody} bytes, got {body.Length}")
            : new LogEntry
            {
                LogIndex = entry.Natural("logIndex"),
                LogId = entry.RequiredObject("logId").RequiredBytes("keyId"),
                Kind = kind.RequiredString("kind"),
                Version = kind.RequiredString("version"),
                IntegratedTime = entry.Natural("integratedTime"),
                Promise = entry.Find("inclusionPromise") is { } promise ? promise.RequiredBytes("signedEntryTimestamp") : [],
                Proof = entry.Find("inclusionProof") is { } proof ? InclusionProof.Parse(proof) : null,
                Body = body,
            };
    }
}

/// <summary>That a leaf is in a Merkle tree (RFC 6962, 2.1.1), and the log's word on the tree.</summary>
/// <param name="LogIndex">The leaf's number in the tree.</param>
/// <param name="Hashes">From the leaf's sibling upwards.</param>
/// <param name="CheckpointNote">A signed note; empty where there is none.</param>
internal sealed record InclusionProof(
    long LogIndex,
    long TreeSize,
    ReadOnlyMemory<byte> RootHash,
    ImmutableArray<ReadOnlyMemory<byte>> Hashes,
    string CheckpointNote
)
{
    private const int MostHashes = 64,
        MaximumCheckpoint = 64 * 1024;

    /// <exception cref="ContentException">It is malformed.</exception>
    public static InclusionProof Parse(JsonElement proof)
    {
        string checkpoint = proof.Find("checkpoint")?.OptionalString("envelope") ?? "";
        return checkpoint.Length > MaximumCheckpoint
            ? throw new ContentException($"a checkpoint wanted at most {MaximumCheckpoint} characters, got {checkpoint.Length}")
            : new InclusionProof(
                proof.Natural("logIndex"),
                proof.Natural("treeSize"),
                proof.Bytes("rootHash"),
                [
                    .. proof
                        .ItemsUpTo("hashes", MostHashes)
                        .Select(hash =>
                            (ReadOnlyMemory<byte>)
                                StrictBase64.DecodeEither(System.Text.Encoding.UTF8.GetBytes(hash.TextOf("hashes")), "'hashes'")
                        ),
                ],
                checkpoint
            );
    }
}
