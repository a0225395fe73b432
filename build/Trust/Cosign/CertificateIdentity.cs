using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Whoever proved an identity to an issuer that a certificate authority believes, at a time that a log wrote down: keyless. Certificates
/// and log entries are verified by cosign.
/// </summary>
/// <param name="Subject">The identity exactly: a mail address, or the URI of a CI's workflow.</param>
/// <param name="Issuer">The OIDC issuer exactly, as <c>https://token.actions.githubusercontent.com</c>.</param>
/// <param name="Instance">Whose certificates and log entries are believed.</param>
/// <param name="Cosign">Checks them.</param>
public sealed record CertificateIdentity(string Subject, string Issuer, SigstoreInstance Instance, CosignProgram Cosign) : ITrustedSigner
{
    public string Name => $"{Subject} of {Issuer}";

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="CosignException">There is no cosign that can be used.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<bool> SignedAsync(StoredSignature signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return TagProof.BundleOf(signature) is { } bundle
            && await VerifyAsync("verify-blob", bundle, signature.Payload, [], cancellationToken);
    }

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="CosignException">There is no cosign that can be used.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<bool> SignedAsync(SigstoreBundle bundle, ManifestContent about, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(about);
        // What cosign would compare it with is compared by the reader of the statement, which knows more of it.
        return bundle is { IsKeyless: true, Envelope.Statement: { } statement }
            && await VerifyAsync(
                "verify-blob-attestation",
                bundle.ToBytes(),
                about.Bytes,
                ["--type", statement.PredicateType],
                cancellationToken
            );
    }

    /// <exception cref="RemoteException">The keys to believe could not be fetched, so nothing is known.</exception>
    /// <exception cref="CosignException">There is no cosign that can be used.</exception>
    /// <exception cref="SigningKeyException">The trusted root that was given is none.</exception>
    public async Task<bool> SignedAsync(BlobSignature signature, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return signature.IsKeyless && await VerifyAsync("verify-blob", signature.Bytes.ToArray(), content, [], cancellationToken);
    }

    private async Task<bool> VerifyAsync(
        string command,
        byte[] bundle,
        ReadOnlyMemory<byte> blob,
        string[] more,
        CancellationToken cancellationToken
    )
    {
        byte[] root = Instance.TrustedRoot is { } file ? TrustedRoot.Read(file) : await Cosign.TrustedRootAsync(cancellationToken);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-cosign-");
        try
        {
            string bundlePath = Path.Combine(folder.FullName, "bundle"),
                blobPath = Path.Combine(folder.FullName, "blob"),
                rootPath = Path.Combine(folder.FullName, "root");
            await File.WriteAllBytesAsync(bundlePath, bundle, cancellationToken);
            await File.WriteAllBytesAsync(blobPath, blob, cancellationToken);
            await File.WriteAllBytesAsync(rootPath, root, cancellationToken);
            CosignAnswer answer = await Cosign.AskAsync(
                cancellationToken,
                [
                    command,
                    "--bundle",
                    bundlePath,
                    "--new-bundle-format=true",
                    "--certificate-identity",
                    Subject,
                    "--certificate-oidc-issuer",
                    Issuer,
                    "--trusted-root",
                    rootPath,
                    .. more,
                    blobPath,
                ]
            );
            // All that it needs is in the files, so whatever fails is the signature's fault, and whatever it says is the signature's, too.
            return answer.Succeeded;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
