using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// A log of signatures (Rekor) or of certificates, and its key (sigstore_trustroot.proto, <c>TransparencyLogInstance</c>).
/// </summary>
/// <param name="BaseUrl">Where it is; its host names it in checkpoints.</param>
/// <param name="LogId">SHA-256 of its key, by which entries name it.</param>
/// <param name="CheckpointKeyId">
/// By which checkpoints, and entries of newer logs, name its key; the same where nothing else is said.
/// </param>
/// <param name="ValidFor">When its key is to be believed.</param>
public sealed record TransparencyLog(
    string BaseUrl,
    ReadOnlyMemory<byte> LogId,
    ReadOnlyMemory<byte> CheckpointKeyId,
    PublicKey Key,
    ValidityPeriod ValidFor
)
{
    /// <summary>The address without its scheme, as the first line of a checkpoint has it.</summary>
    public string Name =>
        (BaseUrl.IndexOf("://", StringComparison.Ordinal) is >= 0 and var colon ? BaseUrl[(colon + 3)..] : BaseUrl).TrimEnd('/');

    /// <summary>Whether an entry, a checkpoint or a certificate's timestamp with this id means this log.</summary>
    internal bool IsNamed(ReadOnlySpan<byte> id) => LogId.Span.SequenceEqual(id) || CheckpointKeyId.Span.SequenceEqual(id);

    internal static TransparencyLog Parse(JsonElement log)
    {
        JsonElement key = log.RequiredObject("publicKey");
        byte[] der = key.RequiredBytes("rawBytes");
        PublicKey read = key.OptionalString("keyDetails") is "PKCS1_RSA_PKCS1V5" or "PKCS1_RSA_PSS"
            ? PublicKey.FromRsaPublicKey(der)
            : PublicKey.FromSubjectPublicKeyInfo(der);
        byte[]? checkpoint = log.Find("checkpointKeyId")?.RequiredBytes("keyId"),
            id = log.Find("logId")?.RequiredBytes("keyId");
        return new TransparencyLog(
            log.OptionalString("baseUrl") ?? "",
            id ?? checkpoint ?? throw new ContentException("'logId' is missing"),
            checkpoint ?? id!,
            read,
            ValidityPeriod.Of(key)
        );
    }
}
