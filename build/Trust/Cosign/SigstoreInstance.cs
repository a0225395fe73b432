using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>
/// Which certificate authority and logs a keyless signature is made with and believed by; the public instance's where no file names others.
/// </summary>
public sealed class SigstoreInstance
{
    private readonly Lock _reading = new();
    private Task<(TrustedRoot Root, ReadOnlyMemory<byte> Content)>? _root;

    /// <summary>
    /// Reads the public instance's trusted root, where no file is given; the one that came with this program if nothing else.
    /// </summary>
    public Func<CancellationToken, Task<ReadOnlyMemory<byte>>> ReadPublicRoot { get; init; } =
        _ => Task.FromResult<ReadOnlyMemory<byte>>(Sigstore.TrustedRoot.PublicGood());

    /// <summary>A file with the keys to believe (Sigstore's protobuf-specs, <c>TrustedRoot</c>).</summary>
    public string? TrustedRoot { get; init; }

    /// <summary>A file with the services to sign with (Sigstore's protobuf-specs, <c>SigningConfig</c>).</summary>
    public string? SigningConfig { get; init; }

    /// <summary>The keys to believe, read once.</summary>
    /// <exception cref="SigningKeyException">The file cannot be read, is too large, or no trusted root.</exception>
    /// <exception cref="RemoteException">The public instance's could not be had.</exception>
    public async Task<TrustedRoot> ReadRootAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Root;

    /// <summary>The same as the very bytes.</summary>
    /// <exception cref="SigningKeyException">As <see cref="ReadRootAsync"/>.</exception>
    /// <exception cref="RemoteException">As <see cref="ReadRootAsync"/>.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Content;

    private Task<(TrustedRoot Root, ReadOnlyMemory<byte> Content)> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_reading)
            return _root ??= TrustedRoot is null ? ReadPublicAsync(cancellationToken) : Task.FromResult(Read(TrustedRoot));
    }

    private async Task<(TrustedRoot, ReadOnlyMemory<byte>)> ReadPublicAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = await ReadPublicRoot(cancellationToken);
        return (Sigstore.TrustedRoot.Parse(content), content);
    }

    private static (TrustedRoot, ReadOnlyMemory<byte>) Read(string path)
    {
        try
        {
            byte[] content = RegularFile.ReadBytes(path, Sigstore.TrustedRoot.MaximumSize);
            TrustedRoot root = Sigstore.TrustedRoot.Parse(content);
            return root.CertificateAuthorities.IsEmpty || root.Logs.IsEmpty
                ? throw new ContentException("trusted root: it names no certificate authority, or no log")
                : (root, content);
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
                $"--trusted-root {path}: {e.Message}. Run cosign trusted-root create, or get it from whoever runs the instance"
            );
        }
    }
}
