using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>A keyless signature as it lies beside a file: <c>FILE.sig</c> and <c>FILE.cert</c>.</summary>
/// <param name="Signature">DER (ECDSA), over the file's SHA-256.</param>
/// <param name="Certificate">In PEM, one.</param>
public sealed record FileSignature(ReadOnlyMemory<byte> Signature, string Certificate)
{
    private const string Wanted = "wanted one certificate in PEM, plain or in base64";

    /// <summary>Reads both texts, as cosign writes them: base64 of the signature; base64 of the certificate's PEM, or that PEM.</summary>
    /// <exception cref="ContentException">They are none.</exception>
    public static FileSignature Parse(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> certificate)
    {
        string text = Encoding.UTF8.GetString(certificate);
        string pem = text.StartsWith("-----BEGIN", StringComparison.Ordinal)
            ? text
            : Encoding.UTF8.GetString(Base64(text, $"certificate: {Wanted}"));
        if (
            !PemEncoding.TryFind(pem, out PemFields fields)
            || !pem[fields.Label].Equals("CERTIFICATE", StringComparison.Ordinal)
            || !string.IsNullOrWhiteSpace(pem[..fields.Location.Start])
            || !string.IsNullOrWhiteSpace(pem[fields.Location.End..])
        )
            throw new ContentException($"certificate: {Wanted}, got something else");
        return new FileSignature(Base64(Encoding.UTF8.GetString(signature), "signature: wanted base64"), pem[fields.Location] + "\n");
    }

    /// <summary>
    /// Checks all that the files alone can show: the certificate is for that identity and that issuer and no other, and its key signed the
    /// content. Who issued it and whether it was valid then stays unproven.
    /// </summary>
    /// <exception cref="ContentException">One of it is not so; says wanted and got.</exception>
    public async Task RequireAsync(UpstreamSigner signer, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signer);
        await using FileStream content = File.OpenRead(path);
        byte[] hash = await SHA256.HashDataAsync(content, cancellationToken);
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(Certificate);
            SigningCertificate.Read(certificate).Require(signer);
            using ECDsa key = certificate.GetECDsaPublicKey()
                ?? throw new ContentException($"certificate: wanted an ECDSA key, got {certificate.PublicKey.Oid.FriendlyName}");
            if (!key.VerifyHash(hash, Signature.Span, DSASignatureFormat.Rfc3279DerSequence))
                throw new ContentException("the signature is not over this file by the certificate's key");
        }
        catch (CryptographicException e)
        {
            throw new ContentException($"certificate: {Printable.Of(e.Message)}", e);
        }
    }

    /// <summary>The file may end its only line.</summary>
    private static byte[] Base64(string text, string wanted)
    {
        try
        {
            byte[] bytes = StrictBase64.Decode(text.EndsWith('\n') ? text[..^1] : text, wanted);
            return bytes.Length > 0 ? bytes : throw new ContentException($"{wanted}, got nothing");
        }
        catch (ContentException e)
        {
            throw new ContentException($"{wanted}, got '{Printable.Of(text[..Math.Min(text.Length, 40)])}'", e);
        }
    }
}
