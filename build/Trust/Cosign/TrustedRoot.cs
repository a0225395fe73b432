using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// A file with the authorities and logs to believe (Sigstore's protobuf-specs, sigstore_trustroot.proto, <c>TrustedRoot</c>), checked here
/// as far as that goes without believing anybody: cosign denies every signature when its file is damaged, as if they were somebody else's.
/// </summary>
public static class TrustedRoot
{
    private const int MaximumSize = 1024 * 1024;
    private const string MediaTypePrefix = "application/vnd.dev.sigstore.trustedroot";

    /// <summary>The bytes of a sound file.</summary>
    /// <exception cref="SigningKeyException">
    /// It cannot be read, is no regular file of at most 1 MiB, or no trusted root that could verify anything.
    /// </exception>
    public static byte[] Read(string path)
    {
        try
        {
            byte[] bytes = RegularFile.ReadBytes(path, MaximumSize);
            Require(bytes);
            return bytes;
        }
        catch (UnfitFileException e)
        {
            throw new SigningKeyException($"--trusted-root {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException($"--trusted-root {path}: it cannot be read: {e.Message}");
        }
        catch (ContentException e)
        {
            throw new SigningKeyException(
                $"--trusted-root {path}: {e.Message}. Run cosign trusted-root create, or get it from the operator of the instance"
            );
        }
    }

    /// <exception cref="ContentException">It names no authority or no log, or one that is no certificate or key.</exception>
    public static void Require(ReadOnlyMemory<byte> json) => OciJson.Read(json, "trusted root", root =>
        {
            if (!root.RequiredString("mediaType").StartsWith(MediaTypePrefix, StringComparison.Ordinal))
                throw new ContentException($"mediaType wanted {MediaTypePrefix}…, got {Printable.Of(root.RequiredString("mediaType"))}");
            JsonElement[] authorities = [.. root.Items("certificateAuthorities")],
                logs = [.. root.Items("tlogs")];
            if (authorities.Length == 0 || logs.Length == 0)
                throw new ContentException($"wanted certificateAuthorities and tlogs, got {authorities.Length} and {logs.Length}");
            foreach (JsonElement authority in authorities)
                RequireCertificates(authority);
            foreach (JsonElement log in logs)
            {
                if (Bytes(log.Required("publicKey")).Length == 0)
                    throw new ContentException("a log's publicKey is empty");
            }

            return true;
        });

    private static void RequireCertificates(JsonElement authority)
    {
        JsonElement[] certificates = [.. authority.Required("certChain").Items("certificates")];
        if (certificates.Length == 0)
            throw new ContentException("an authority has no certificate");
        foreach (JsonElement certificate in certificates)
        {
            try
            {
                using X509Certificate2 read = X509CertificateLoader.LoadCertificate(Bytes(certificate));
            }
            catch (CryptographicException)
            {
                throw new ContentException("an authority's certificate is damaged");
            }
        }
    }

    private static byte[] Bytes(JsonElement element) => StrictBase64.Decode(element.RequiredString("rawBytes"), "rawBytes");
}
