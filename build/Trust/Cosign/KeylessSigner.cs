using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Signs with a key that lives as long as the signing takes, for which a certificate authority vouches to whom a CI proved its identity:
/// through cosign, into files. Each signature is in a public log before anybody else has it; nothing goes to a registry.
/// </summary>
public sealed class KeylessSigner : ISigner
{
    private const int MaximumBundle = SigstoreBundle.MaximumSize;

    private readonly CosignProgram _cosign;
    private readonly CertificateIdentity _identity;
    private readonly bool _takesTrustedRoot;
    private readonly SigstoreServices? _services;

    private KeylessSigner(CosignProgram cosign, CertificateIdentity identity, SigstoreServices? services, bool takesTrustedRoot)
    {
        _cosign = cosign;
        _identity = identity;
        _services = services;
        _takesTrustedRoot = takesTrustedRoot;
    }

    public ITrustedSigner Trusted => _identity;

    /// <param name="identity">Who the signatures are going to be by.</param>
    /// <param name="services">Asked, when a signature fails, whether that is for want of them; null asks nobody.</param>
    /// <exception cref="CosignException">This cosign is too old to sign a given statement.</exception>
    public static async Task<KeylessSigner> OpenAsync(
        CosignProgram cosign,
        CertificateIdentity identity,
        CancellationToken cancellationToken,
        SigstoreServices? services = null
    )
    {
        ArgumentNullException.ThrowIfNull(cosign);
        ArgumentNullException.ThrowIfNull(identity);
        string help = await cosign.RunAsync(cancellationToken, "attest-blob", "--help");
        return help.Contains("--statement", StringComparison.Ordinal)
            ? new KeylessSigner(cosign, identity, services, help.Contains("--trusted-root", StringComparison.Ordinal))
            : throw CosignProgram.TooOld("this cosign cannot sign a statement without a key: wanted 2.6 or newer");
    }

    public async Task<Descriptor?> SignClaimAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] bundle = await SignAsync(payload, file => ["sign-blob", file], cancellationToken);
        return Understood(bundle, root =>
            TagProof.Of(root.Required("verificationMaterial")) is { } proof
                ? SignatureManifest.LayerOf(
                    payload,
                    StrictBase64.Decode(root.Required("messageSignature").RequiredString("signature"), "the signature"),
                    proof
                )
                : null
        );
    }

    public async Task<SigstoreBundle> SignStatementAsync(Statement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        byte[] wanted = statement.ToBytes();
        byte[] bytes = await SignAsync(wanted, file => ["attest-blob", "--statement", file], cancellationToken);
        SigstoreBundle bundle = Understood(bytes, _ => SigstoreBundle.Parse(bytes));
        if (bundle.Envelope.PayloadType != DsseEnvelope.InToto || !bundle.Envelope.Payload.Span.SequenceEqual(wanted))
            throw new CosignException("cosign attest-blob signed other bytes than the given statement; nothing was kept");
        return bundle;
    }

    public async Task<BlobSignature> SignBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] bundle = await SignAsync(content, file => ["sign-blob", file], cancellationToken);
        return Understood(bundle, _ => BlobSignature.Parse(bundle));
    }

    private async Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, Func<string, string[]> command, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-cosign-");
        try
        {
            string file = Path.Combine(folder.FullName, "content"),
                output = Path.Combine(folder.FullName, "bundle");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            string[] services =
            [
                .. _identity.Instance.SigningConfig is { } config ? ["--signing-config", config] : Array.Empty<string>(),
                .. _identity.Instance.TrustedRoot is { } root && _takesTrustedRoot ? ["--trusted-root", root] : Array.Empty<string>(),
            ];
            string[] asked = command(file);
            await RunAsync(
                [asked[0], "--yes", "--new-bundle-format=true", "--bundle", output, .. services, .. asked[1..]],
                cancellationToken
            );
            return new FileInfo(output) is { Exists: true, Length: <= MaximumBundle }
                ? await File.ReadAllBytesAsync(output, cancellationToken)
                : throw new CosignException($"cosign {asked[0]} succeeded but left no bundle; nothing was kept");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <exception cref="RemoteException">It failed, and one of the services is away.</exception>
    /// <exception cref="CosignException">It failed for another reason.</exception>
    private async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            await _cosign.SignAsIdentityAsync(cancellationToken, arguments);
        }
        catch (CosignException e) when (!e.IsMissing && _services is not null)
        {
            if (await _services.OutageAsync(_identity.Instance.SigningConfig, cancellationToken) is { } outage)
                throw new RemoteException(RemoteFault.TryAgain, $"{outage}; nothing was signed. {e.Message}", e);
            throw;
        }
    }

    private static T Understood<T>(byte[] bundle, Func<JsonElement, T> read)
    {
        try
        {
            return OciJson.Read(bundle, "bundle", read);
        }
        catch (ContentException e)
        {
            throw new CosignException($"cosign wrote something that is not a bundle: {e.Message}; nothing was kept", e);
        }
    }
}
