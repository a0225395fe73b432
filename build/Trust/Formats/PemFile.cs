using System.Security.Cryptography;
using Slipway.Http;

namespace Slipway.Trust;

/// <summary>The one block of a PEM text (RFC 7468) that holds a key, and what it says it is.</summary>
internal sealed record PemFile(string Label, byte[] Der)
{
    /// <summary>Parameters that <c>openssl ecparam -genkey</c> writes before the key; they say nothing the key does not say.</summary>
    private const string Parameters = "EC PARAMETERS";

    private const int MaximumSize = 64 * 1024;

    /// <summary>The text of a key file.</summary>
    /// <exception cref="SigningKeyException">It cannot be read, or is larger than 64 KiB.</exception>
    public static string ReadText(string path)
    {
        try
        {
            return RegularFile.ReadText(path, MaximumSize);
        }
        catch (UnfitFileException e)
        {
            throw new SigningKeyException(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException($"{path}: the key file cannot be read: {e.Message}");
        }
    }

    /// <exception cref="SigningKeyException">There is no such block, or more than one.</exception>
    public static PemFile Parse(string text, string name)
    {
        List<PemFile> found = [];
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            string label = rest[fields.Label].ToString();
            if (label != Parameters)
                found.Add(new PemFile(label, Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            rest = rest[fields.Location.End..];
        }

        if (found.Count == 0 && text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw new SigningKeyException(
                $"{name}: it is encrypted in OpenSSL's old format, which is not supported. Run: openssl pkcs8 -topk8 -v2 "
                    + "aes-256-cbc -in OLD -out NEW"
            );
        return found.Count == 1
            ? found[0]
            : throw new SigningKeyException($"{name}: wanted one key in PEM form, got {(found.Count == 0 ? "none" : found.Count)}");
    }
}
