using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Reads the signature that a project publishes beside a file: at its address with <c>.sig</c> and <c>.cert</c> behind it.
/// </summary>
/// <param name="reader">Reads both.</param>
/// <param name="mirror">Where to read them from, as the file is.</param>
public sealed class PublishedSignature(OriginReader reader, UpstreamMirror mirror)
{
    /// <summary>In bytes, of either: real ones have some hundred and some thousand.</summary>
    public const int Limit = 16 * 1024;

    /// <param name="file">The file's address upstream.</param>
    /// <param name="what">Which file, for errors.</param>
    /// <exception cref="ContentException">What is there is no signature.</exception>
    /// <exception cref="RemoteException">One of the two is not there or cannot be had.</exception>
    public async Task<FileSignature> ReadAsync(Uri file, string what, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            byte[] signature = await BytesAsync(file, ".sig", cancellationToken),
                certificate = await BytesAsync(file, ".cert", cancellationToken);
            return FileSignature.Parse(signature, certificate);
        }
        catch (ContentException e)
        {
            throw new ContentException($"{what}: {e.Message}", e);
        }
        catch (RemoteException e)
        {
            throw new RemoteException(e.Fault, $"{what}: signature: {e.Message}", e);
        }
    }

    private Task<byte[]> BytesAsync(Uri file, string ending, CancellationToken cancellationToken) =>
        reader.ReadSmallAsync(mirror.Locate(new UriBuilder(file) { Path = file.AbsolutePath + ending }.Uri), Limit, cancellationToken);
}
