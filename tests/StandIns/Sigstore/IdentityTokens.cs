using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// Identity tokens of the tests' own (JSON Web Tokens, ES256) in the name of any issuer. An e-mail address stands as the
/// claim <c>email</c>, a URI as <c>sub</c>. They hold for ten minutes.
/// </summary>
public sealed class IdentityTokens(TimeProvider time) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A new token.</summary>
    public string For(string identity, string issuer)
    {
        ArgumentNullException.ThrowIfNull(identity);
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        byte[] claims = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("iss", issuer);
            writer.WriteString("aud", "sigstore");
            writer.WriteString("sub", identity.Contains("://", StringComparison.Ordinal) ? identity : "1");
            if (!identity.Contains("://", StringComparison.Ordinal))
            {
                writer.WriteString("email", identity);
                writer.WriteBoolean("email_verified", true);
            }

            writer.WriteNumber("iat", now);
            writer.WriteNumber("exp", now + 600);
            writer.WriteEndObject();
        });
        string signed = $"{Base64Url.EncodeToString("""{"alg":"ES256","kid":"test","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Who a token is about, and the issuer; the token was checked.</summary>
    /// <exception cref="ContentException">It is none of these tokens, or its time is over.</exception>
    internal (string Identity, string Issuer) Read(string token)
    {
        string[] parts = token.Split('.');
        try
        {
            if (
                parts.Length != 3
                || !_key.VerifyData(
                    Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                    Base64Url.DecodeFromChars(parts[2]),
                    HashAlgorithmName.SHA256
                )
            )
                throw new ContentException("the token is not signed by the issuer");
            return OciJson.Read(Base64Url.DecodeFromChars(parts[1]), "token", claims =>
                claims.GetProperty("exp").GetInt64() > time.GetUtcNow().ToUnixTimeSeconds()
                    ? (claims.OptionalString("email") ?? claims.RequiredString("sub"), claims.RequiredString("iss"))
                    : throw new ContentException("the token's time is over")
            );
        }
        catch (FormatException e)
        {
            throw new ContentException("the token is no token", e);
        }
    }

    public void Dispose() => _key.Dispose();
}
