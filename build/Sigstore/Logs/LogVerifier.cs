using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>Verifies what a log said of an entry: its promise, and the proof that the entry is in its tree.</summary>
/// <param name="root">Names the logs.</param>
internal sealed class LogVerifier(TrustedRoot root)
{
    /// <summary>Of the last second of the year 9999.</summary>
    private const long LastSecond = 253402300799;

    /// <param name="version">Of the bundle, which says what is needed.</param>
    /// <exception cref="SigstoreException">Something is missing or does not hold.</exception>
    public VerifiedLogEntry Verify(LogEntry entry, BundleVersion version)
    {
        TransparencyLog log = root.Logs.FirstOrDefault(log => log.IsNamed(entry.LogId.Span))
            ?? throw new SigstoreException(
                SigstoreFailure.LogUntrusted,
                $"the log {Convert.ToHexStringLower(entry.LogId.Span[..Math.Min(8, entry.LogId.Length)])} is not in the trusted root"
            );
        if (version == BundleVersion.V01 && !entry.IsTiled && entry.Promise.IsEmpty)
            throw new SigstoreException(
                SigstoreFailure.InclusionPromiseMissing,
                "a bundle of version 0.1 needs the log's promise to take the entry in"
            );
        DateTimeOffset? time = entry.Promise.IsEmpty ? null : VerifyPromise(entry, log);
        // Proofs in the oldest bundles have no checkpoint, and prove nothing: there the promise counts alone.
        bool isByPromise = version == BundleVersion.V01 && !entry.IsTiled && entry.Proof is null or { CheckpointNote: "" };
        if (!isByPromise)
            VerifyProof(entry, log);
        return new VerifiedLogEntry(log.Name, entry.LogIndex, time) { ValidFor = entry.IsTiled ? log.ValidFor : null };
    }

    /// <summary>The log's signature over time, index and body in canonical form (Rekor, types/README.md; RFC 8785).</summary>
    private static DateTimeOffset VerifyPromise(LogEntry entry, TransparencyLog log)
    {
        byte[] signed = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBase64String("body", entry.Body.Span);
            writer.WriteNumber("integratedTime", entry.IntegratedTime);
            writer.WriteString("logID", Convert.ToHexStringLower(entry.LogId.Span));
            writer.WriteNumber("logIndex", entry.LogIndex);
            writer.WriteEndObject();
        });
        if (entry.IntegratedTime is <= 0 or > LastSecond || !log.Key.Verifies(signed, entry.Promise.Span))
            throw new SigstoreException(
                SigstoreFailure.InclusionPromiseInvalid,
                $"the promise to take the entry in, with its time, is not signed by the log {Printable.Of(log.Name)}"
            );
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(entry.IntegratedTime);
        return log.ValidFor.Contains(time) ? time : throw NotValid(log, time);
    }

    private static void VerifyProof(LogEntry entry, TransparencyLog log)
    {
        InclusionProof proof = entry.Proof
            ?? throw new SigstoreException(SigstoreFailure.InclusionProofMissing, "the inclusion proof is missing");
        byte[] rootHash = MerkleTree.RootOf(MerkleTree.LeafHash(entry.Body.Span), proof.LogIndex, proof.TreeSize, proof.Hashes)
            ?? throw new SigstoreException(SigstoreFailure.InclusionProofInvalid, "the proof is of no tree of the size that it says");
        if (!proof.RootHash.IsEmpty && !CryptographicOperations.FixedTimeEquals(proof.RootHash.Span, rootHash))
            throw new SigstoreException(SigstoreFailure.InclusionProofInvalid, "the proof leads to another root than it says");
        if (entry.IsTiled && proof.LogIndex != entry.LogIndex)
            throw new SigstoreException(SigstoreFailure.InclusionProofInvalid, "the proof is of another index than the entry");
        Checkpoint checkpoint = CheckpointOf(proof);
        if (entry.IsTiled && checkpoint.Origin != log.Name)
            throw new SigstoreException(
                SigstoreFailure.CheckpointSignatureInvalid,
                $"the checkpoint is of {Printable.Of(checkpoint.Origin)}: wanted {Printable.Of(log.Name)}"
            );
        if (!checkpoint.Signatures.Any(signature => IsBy(signature, checkpoint, log, entry.IsTiled)))
            throw new SigstoreException(
                SigstoreFailure.CheckpointSignatureInvalid,
                $"the checkpoint is not signed by the log {Printable.Of(log.Name)}"
            );
        if (checkpoint.TreeSize != proof.TreeSize || !checkpoint.RootHash.Span.SequenceEqual(rootHash))
            throw new SigstoreException(SigstoreFailure.CheckpointMismatch, "the log's checkpoint is of another tree than the proof");
    }

    private static Checkpoint CheckpointOf(InclusionProof proof)
    {
        try
        {
            return Checkpoint.Parse(proof.CheckpointNote);
        }
        catch (ContentException e)
        {
            throw new SigstoreException(SigstoreFailure.CheckpointMalformed, e.Message, e);
        }
    }

    private static bool IsBy(NoteSignature signature, Checkpoint checkpoint, TransparencyLog log, bool isTiled) =>
        (!isTiled || signature.Name == log.Name) && HasHint(signature, log) && log.Key.Verifies(checkpoint.Text, signature.Signature.Span);

    private static bool HasHint(NoteSignature signature, TransparencyLog log) =>
        log.CheckpointKeyId.Span.StartsWith(signature.KeyHint.Span) || log.LogId.Span.StartsWith(signature.KeyHint.Span);

    private static SigstoreException NotValid(TransparencyLog log, DateTimeOffset time) =>
        new(
            SigstoreFailure.LogUntrusted,
            $"the log {Printable.Of(log.Name)} took the entry in at {time.UtcDateTime:O}, and its key is for {log.ValidFor}"
        );
}

/// <summary>An entry that is in a log, or that the log has promised to take in.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="Time">When the log took it in, where it has signed that.</param>
public sealed record VerifiedLogEntry(string Log, long Index, DateTimeOffset? Time)
{
    /// <summary>Of the key of a log that says no time: the signature must have been made then. Null of others, which is verified.</summary>
    internal ValidityPeriod? ValidFor { get; init; }
}
