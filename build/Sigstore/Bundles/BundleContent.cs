using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// What a bundle's signature is over: a file, whose bytes are elsewhere (<c>messageSignature</c>), or the envelope that the bundle holds
/// (<c>dsseEnvelope</c>; DSSE 1.0).
/// </summary>
/// <param name="Signature">The signature's bytes.</param>
internal sealed record BundleContent(ReadOnlyMemory<byte> Signature)
{
    private const int MaximumSignature = 16 * 1024;

    /// <summary>What the bundle says of the file's digest; null where it says nothing, and for an envelope.</summary>
    public Digest? MessageDigest { get; private init; }

    /// <summary>What the envelope's payload is; null for a file.</summary>
    public string? PayloadType { get; private init; }

    /// <summary>The envelope's payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; private init; }

    public bool IsEnvelope => PayloadType is not null;

    /// <summary>What the signature of an envelope is over (DSSE 1.0, protocol.md, "Signature Definition").</summary>
    public SignedMessage PreAuthenticationEncoding =>
        SignedMessage.Of(
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"DSSEv1 {Encoding.UTF8.GetByteCount(PayloadType!)} {PayloadType} {Payload.Length} "
                )
            ),
            Payload
        );

    /// <exception cref="ContentException">It is none of the two, or malformed.</exception>
    public static BundleContent Parse(JsonElement bundle) =>
        (bundle.Find("messageSignature"), bundle.Find("dsseEnvelope")) switch
        {
            ({ } message, null) => new BundleContent(SignatureOf(message, "signature"))
            {
                MessageDigest = message.Find("messageDigest") is { } digest ? DigestOf(digest) : null,
            },
            (null, { } envelope) => OfEnvelope(envelope),
            _ => throw new ContentException("wanted either 'messageSignature' or 'dsseEnvelope'"),
        };

    private static BundleContent OfEnvelope(JsonElement envelope)
    {
        JsonElement[] signatures = envelope.ItemsUpTo("signatures", 1);
        return signatures is [var only]
            ? new BundleContent(SignatureOf(only, "sig"))
            {
                PayloadType = envelope.RequiredString("payloadType"),
                Payload = envelope.Bytes("payload"),
            }
            : throw new ContentException("'signatures' of the envelope is empty");
    }

    private static byte[] SignatureOf(JsonElement owner, string name) =>
        owner.RequiredBytes(name) is { Length: <= MaximumSignature } signature
            ? signature
            : throw new ContentException($"'{name}' wanted at most {MaximumSignature} bytes");

    private static Digest? DigestOf(JsonElement digest)
    {
        byte[] hash = digest.RequiredBytes("digest");
        return digest.OptionalString("algorithm") switch
        {
            "SHA2_256" when hash.Length == SHA256.HashSizeInBytes => Digest.FromHash("sha256", hash),
            "SHA2_512" when hash.Length == SHA512.HashSizeInBytes => Digest.FromHash("sha512", hash),
            // A hint that cannot be compared says nothing, and nothing is concluded from it.
            "SHA2_384" or "SHA3_256" or "SHA3_384" => null,
            var other => throw new ContentException($"'messageDigest': {Printable.Of(other ?? "no algorithm")} of {hash.Length} bytes"),
        };
    }
}
