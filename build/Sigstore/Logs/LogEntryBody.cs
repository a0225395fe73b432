using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// What an entry of a log is about: Rekor's types <c>hashedrekord</c> 0.0.1 and 0.0.2, <c>dsse</c> 0.0.1 and 0.0.2 and <c>intoto</c> 0.0.2
/// (Rekor's schemas of these names; rekor-tiles' protobufs for 0.0.2).
/// </summary>
/// <param name="Hash">Of the signed content, or of an envelope's payload, as <paramref name="Hashed"/> says.</param>
/// <param name="Signatures">Each with its signer: DER of a certificate or of a public key.</param>
internal sealed record LogEntryBody(Digest Hash, HashedPart Hashed, ImmutableArray<LoggedSignature> Signatures)
{
    private const int MostSignatures = 16;

    /// <param name="entry">Says which kind the body must be of.</param>
    /// <exception cref="SigstoreException">It is none of these kinds, malformed, or of another than the entry says.</exception>
    public static LogEntryBody Parse(LogEntry entry)
    {
        try
        {
            return OciJson.Read(entry.Body, "the log entry's body", body =>
            {
                if ((body.RequiredString("kind"), body.RequiredString("apiVersion")) != (entry.Kind, entry.Version))
                    throw new SigstoreException(
                        SigstoreFailure.LogEntryMismatch,
                        $"the log holds an entry of another kind than {Printable.Of($"{entry.Kind} {entry.Version}")}"
                    );
                return Read(entry, body.RequiredObject("spec"));
            });
        }
        catch (ContentException e)
        {
            throw new SigstoreException(SigstoreFailure.LogEntryMismatch, e.Message, e);
        }
    }

    private static LogEntryBody Read(LogEntry entry, JsonElement spec) =>
        (entry.Kind, entry.Version) switch
        {
            ("hashedrekord", "0.0.1") => HashedRekord1(spec),
            ("hashedrekord", "0.0.2") => HashedRekord2(spec.RequiredObject("hashedRekordV002")),
            ("dsse", "0.0.1") => Dsse1(spec),
            ("dsse", "0.0.2") => Dsse2(spec.RequiredObject("dsseV002")),
            ("intoto", "0.0.2") => InToto2(spec.RequiredObject("content")),
            _ => throw new SigstoreException(
                SigstoreFailure.LogEntryUnsupported,
                $"a log entry of the kind {Printable.Of($"{entry.Kind} {entry.Version}")}: wanted hashedrekord or dsse, or intoto 0.0.2"
            ),
        };

    private static LogEntryBody HashedRekord1(JsonElement spec)
    {
        JsonElement signature = spec.RequiredObject("signature");
        return new LogEntryBody(
            HexHash(spec.RequiredObject("data").RequiredObject("hash")),
            HashedPart.Signed,
            [new LoggedSignature(signature.RequiredBytes("content"), Pem(signature.RequiredObject("publicKey").RequiredBytes("content")))]
        );
    }

    private static LogEntryBody HashedRekord2(JsonElement record) =>
        new(Hash2(record.RequiredObject("data")), HashedPart.Signed, [Signature2(record.RequiredObject("signature"))]);

    private static LogEntryBody Dsse1(JsonElement spec) =>
        new(
            HexHash(spec.RequiredObject("payloadHash")),
            HashedPart.Payload,
            [
                .. spec.ItemsUpTo("signatures", MostSignatures)
                    .Select(one => new LoggedSignature(one.RequiredBytes("signature"), Pem(one.RequiredBytes("verifier")))),
            ]
        );

    private static LogEntryBody Dsse2(JsonElement record) =>
        new(
            Hash2(record.RequiredObject("payloadHash")),
            HashedPart.Payload,
            [.. record.ItemsUpTo("signatures", MostSignatures).Select(Signature2)]
        );

    private static LogEntryBody InToto2(JsonElement content) =>
        new(
            HexHash(content.RequiredObject("payloadHash")),
            HashedPart.Payload,
            [
                .. content
                    .RequiredObject("envelope")
                    .ItemsUpTo("signatures", MostSignatures)
                    .Select(one => new LoggedSignature(DecodedAgain(one.RequiredBytes("sig")), Pem(one.RequiredBytes("publicKey")))),
            ]
        );

    /// <summary>Most who sent such an entry had the signature in base64 already, and the log has it so twice.</summary>
    private static byte[] DecodedAgain(byte[] signature)
    {
        byte[] decoded = new byte[signature.Length];
        return Base64.DecodeFromUtf8(signature, decoded, out _, out int length) == OperationStatus.Done ? decoded[..length] : signature;
    }

    private static LoggedSignature Signature2(JsonElement signature)
    {
        JsonElement verifier = signature.RequiredObject("verifier");
        JsonElement signer = (verifier.Find("x509Certificate"), verifier.Find("publicKey")) switch
        {
            ({ } certificate, null) => certificate,
            (null, { } key) => key,
            _ => throw new ContentException("'verifier' wanted either 'x509Certificate' or 'publicKey'"),
        };
        return new LoggedSignature(signature.RequiredBytes("content"), signer.RequiredBytes("rawBytes"));
    }

    private static Digest HexHash(JsonElement hash) => Digest.Parse($"{hash.RequiredString("algorithm")}:{hash.RequiredString("value")}");

    private static Digest Hash2(JsonElement hash)
    {
        byte[] bytes = hash.RequiredBytes("digest");
        return hash.OptionalString("algorithm") switch
        {
            "SHA2_256" when bytes.Length == SHA256.HashSizeInBytes => Digest.FromHash("sha256", bytes),
            "SHA2_512" when bytes.Length == SHA512.HashSizeInBytes => Digest.FromHash("sha512", bytes),
            var other => throw new ContentException($"a hash of the algorithm {Printable.Of(other ?? "none")} and {bytes.Length} bytes"),
        };
    }

    private static byte[] Pem(byte[] text)
    {
        string pem = Encoding.UTF8.GetString(text);
        return PemEncoding.TryFind(pem, out PemFields fields)
            ? Convert.FromBase64String(pem[fields.Base64Data])
            : throw new ContentException("a log entry's signer wanted in PEM form");
    }
}

/// <summary>What a log entry's hash is of.</summary>
internal enum HashedPart
{
    /// <summary>What the signature is over.</summary>
    Signed,

    /// <summary>The envelope's payload.</summary>
    Payload,
}

/// <summary>A signature as a log entry has it.</summary>
/// <param name="Signer">DER of a certificate, or of a public key (SubjectPublicKeyInfo).</param>
internal sealed record LoggedSignature(ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> Signer);
