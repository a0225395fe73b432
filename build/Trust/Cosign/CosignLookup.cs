using Slipway.Http;

namespace Slipway.Trust;

/// <summary>A file with a keyless signature beside it, and who is said to have made it.</summary>
/// <param name="Path">The signed file.</param>
/// <param name="Signature">DER.</param>
/// <param name="Certificate">In PEM.</param>
/// <param name="Identity">The e-mail address or URI that the certificate must be for.</param>
/// <param name="Issuer">Who must have vouched for it.</param>
public sealed record SignedFile(string Path, ReadOnlyMemory<byte> Signature, string Certificate, string Identity, string Issuer);

/// <summary>
/// Has cosign verify keyless signatures that lie beside files: the certificate's authority, identity and issuer, the signature, and
/// the transparency log's entry, which is looked up there, and by which an expired certificate was valid when it was used.
/// </summary>
/// <param name="transport">Asks the log whether it is there.</param>
/// <param name="log">Its address.</param>
public sealed class CosignLookup(CosignProgram cosign, HttpTransport transport, Uri log)
{
    /// <summary>The log of the public instance.</summary>
    public static Uri PublicLog { get; } = new("https://rekor.sigstore.dev");

    /// <summary>Whether the keys to believe are files that cosign is told of; else it fetches those of the public instance.</summary>
    public bool HasRoots { get; init; }

    /// <summary>
    /// Everything that cosign would take from its environment to ask for less, on the command line, which counts more. The address of the
    /// log and the roots of trust may come from there: those of a private Sigstore.
    /// </summary>
    private static readonly string[] Strict =
    [
        "--offline=false",
        "--insecure-ignore-tlog=false",
        "--insecure-ignore-sct=false",
        "--new-bundle-format=false",
        "--certificate-identity-regexp=",
        "--certificate-oidc-issuer-regexp=",
    ];

    /// <returns>Null when it holds; else why it does not.</returns>
    /// <exception cref="RemoteException">The log or the roots of trust could not be asked, so nothing is known.</exception>
    /// <exception cref="CosignException">There is no cosign that can be used, or it does not end.</exception>
    public async Task<string?> RefusalAsync(SignedFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-cosign-");
        try
        {
            string signature = Path.Combine(folder.FullName, "sig"),
                certificate = Path.Combine(folder.FullName, "cert");
            await File.WriteAllTextAsync(signature, Convert.ToBase64String(file.Signature.Span), cancellationToken);
            await File.WriteAllTextAsync(certificate, file.Certificate, cancellationToken);
            CosignAnswer answer = await cosign.AskAsync(
                cancellationToken,
                [
                    "verify-blob",
                    .. Strict,
                    "--signature",
                    signature,
                    "--certificate",
                    certificate,
                    "--certificate-identity",
                    file.Identity,
                    "--certificate-oidc-issuer",
                    file.Issuer,
                    file.Path,
                ]
            );
            if (answer.Succeeded)
                return null;
            // What it says may be the certificate's own words. Who has to answer it is asked apart from that.
            await RequireServicesAsync(answer, cancellationToken);
            return $"cosign verify-blob refuses it. Its output: {answer.Said}";
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task RequireServicesAsync(CosignAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage key = await transport.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, new Uri(log, "/api/v1/log/publicKey")),
                cancellationToken
            );
            if (!key.IsSuccessStatusCode)
                throw new RemoteException(
                    RemoteFault.TryAgain,
                    $"cosign verify-blob could not query the log at {log.Host}: status {(int)key.StatusCode}. Its output: {answer.Said}"
                );
        }
        catch (ExhaustedException e)
        {
            throw new RemoteException(
                RemoteFault.TryAgain,
                $"cosign verify-blob could not query the log at {log.Host}: {e.Message}. Its output: {answer.Said}",
                e
            );
        }

        if (!HasRoots)
            await cosign.TrustedRootAsync(cancellationToken);
    }
}
