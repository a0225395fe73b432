using System.Text;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Signs with a key that only cosign reads: its own encrypted files, and keys of a key management service by their URI
/// (<c>awskms://…</c>). It signs into files and uploads nothing, to no registry and no log.
/// </summary>
public sealed class CosignSigner : KeyedSigner
{
    private const int MaximumAnswer = 64 * 1024;

    private readonly CosignProgram _cosign;
    private readonly string _key;

    private CosignSigner(CosignProgram cosign, string key, VerificationKey verificationKey)
    {
        _cosign = cosign;
        _key = key;
        Key = verificationKey;
    }

    public override VerificationKey Key { get; }

    /// <param name="key">A file or a key's URI.</param>
    /// <exception cref="CosignException">cosign cannot read the key.</exception>
    /// <exception cref="SigningKeyException">The key is of a kind that is not used here.</exception>
    public static async Task<CosignSigner> OpenAsync(CosignProgram cosign, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cosign);
        string pem = await cosign.RunWithKeyAsync(key, cancellationToken, "public-key", "--key", key);
        return new CosignSigner(cosign, key, VerificationKey.Parse(pem, $"cosign public-key --key {key}"));
    }

    /// <exception cref="CosignException">cosign fails, or what it gives is no signature by this key.</exception>
    public override async Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-cosign-");
        try
        {
            string blob = Path.Combine(folder.FullName, "blob"),
                output = Path.Combine(folder.FullName, "output");
            await File.WriteAllBytesAsync(blob, content, cancellationToken);
            byte[] signature = _cosign.TakesSigningConfig
                ? await SignIntoBundleAsync(folder.FullName, blob, output, cancellationToken)
                : await SignIntoFileAsync(blob, output, cancellationToken);
            return Key.Verifies(content, signature)
                ? signature
                : throw new CosignException(
                    $"cosign sign-blob --key {_key} did not sign with the private half of its public key; nothing was signed"
                );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>As cosign 2 does it: the signature alone, in base64.</summary>
    private async Task<byte[]> SignIntoFileAsync(string blob, string output, CancellationToken cancellationToken)
    {
        await _cosign.RunWithKeyAsync(
            _key,
            cancellationToken,
            "sign-blob",
            "--key",
            _key,
            "--tlog-upload=false",
            "--yes",
            "--output-signature",
            output,
            blob
        );
        return Decoded(Encoding.UTF8.GetString(await ReadAsync(output, cancellationToken)).Trim());
    }

    /// <summary>As cosign 3 does it: services come from a file, here none, and the signature is in a bundle.</summary>
    private async Task<byte[]> SignIntoBundleAsync(string folder, string blob, string output, CancellationToken cancellationToken)
    {
        string services = Path.Combine(folder, "services");
        await _cosign.RunAsync(cancellationToken, "signing-config", "create", "--out", services);
        await _cosign.RunWithKeyAsync(
            _key,
            cancellationToken,
            "sign-blob",
            "--key",
            _key,
            "--signing-config",
            services,
            "--yes",
            "--bundle",
            output,
            blob
        );
        try
        {
            return OciJson.Read(await ReadAsync(output, cancellationToken), "bundle", root =>
                Decoded(root.Required("messageSignature").RequiredString("signature"))
            );
        }
        catch (ContentException e)
        {
            throw new CosignException($"cosign sign-blob wrote something that is not a bundle: {e.Message}; nothing was signed", e);
        }
    }

    private static async Task<byte[]> ReadAsync(string output, CancellationToken cancellationToken) =>
        new FileInfo(output) is { Exists: true, Length: <= MaximumAnswer }
            ? await File.ReadAllBytesAsync(output, cancellationToken)
            : throw new CosignException("cosign sign-blob succeeded but left no signature; nothing was signed");

    private static byte[] Decoded(string base64)
    {
        try
        {
            return StrictBase64.Decode(base64, "the signature");
        }
        catch (ContentException e)
        {
            throw new CosignException($"cosign sign-blob left something that is not a signature: {e.Message}; nothing was signed", e);
        }
    }
}
