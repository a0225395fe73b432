using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// Fulcio's HTTP API: <c>POST /api/v1/signingCert</c>, as cosign 2 asks, and <c>POST /api/v2/signingCert</c>, as cosign 3 does.
/// Who asks shows an identity token, and proves to hold the key by signing the token's subject.
/// </summary>
internal sealed class AuthorityEndpoint(SigningAuthority authority, IdentityTokens tokens)
{
    /// <summary>Answers; false when the path is none of these.</summary>
    /// <exception cref="ContentException">The request is refused.</exception>
    public async Task<bool> AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        bool isNew = context.Request.Path == "/api/v2/signingCert";
        if (context.Request.Method != "POST" || (!isNew && context.Request.Path != "/api/v1/signingCert"))
            return false;
        string header = context.Request.Headers.Authorization.ToString();
        (string identity, string issuer) = tokens.Read(header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : "");
        using X509Certificate2 certificate = OciJson.Read(body, "request", root =>
            Issue(new SigningSubject(issuer, identity), isNew ? New(root) : Old(root))
        );
        string leaf = certificate.ExportCertificatePem() + "\n",
            root = authority.Certificate.ExportCertificatePem() + "\n";
        context.Response.StatusCode = isNew ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        context.Response.ContentType = isNew ? "application/json" : "application/pem-certificate-chain";
        await context.Response.Body.WriteAsync(isNew ? Chain(leaf, root) : Encoding.ASCII.GetBytes(leaf + root), context.RequestAborted);
        return true;
    }

    private static (string Pem, byte[] Proof) Old(JsonElement root) =>
        (
            Encoding.ASCII.GetString(root.GetProperty("publicKey").GetProperty("content").GetBytesFromBase64()),
            root.GetProperty("signedEmailAddress").GetBytesFromBase64()
        );

    private static (string Pem, byte[] Proof) New(JsonElement root)
    {
        JsonElement request = root.GetProperty("publicKeyRequest");
        return (request.GetProperty("publicKey").RequiredString("content"), request.GetProperty("proofOfPossession").GetBytesFromBase64());
    }

    private X509Certificate2 Issue(SigningSubject subject, (string Pem, byte[] Proof) request)
    {
        using ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(request.Pem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new ContentException("the key is no ECDSA key", e);
        }

        return key.VerifyData(
            Encoding.UTF8.GetBytes(subject.Identities[0]),
            request.Proof,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        )
            ? authority.Issue(subject, new PublicKey(key))
            : throw new ContentException("the subject is not signed by the key");
    }

    private static byte[] Chain(string leaf, string root) =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("signedCertificateEmbeddedSct");
            writer.WriteStartObject("chain");
            writer.WriteStartArray("certificates");
            writer.WriteStringValue(leaf);
            writer.WriteStringValue(root);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
}
