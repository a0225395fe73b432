using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Compares an upstream file with the checksum that its project publishes beside it. One that differs is an error, whichever of the two
/// is wrong; a definition that names no checksum file has nothing to compare with.
/// </summary>
/// <param name="reader">Reads the checksum file.</param>
/// <param name="mirror">Where to read it from.</param>
public sealed class PublishedChecksum(OriginReader reader, UpstreamMirror mirror)
{
    /// <param name="file">What the definition says.</param>
    /// <param name="path">The file itself, which has the reviewed checksum.</param>
    /// <param name="what">Which image, architecture and version, for errors.</param>
    /// <exception cref="ContentException">The published checksum is another one, or its file has another shape; names both.</exception>
    /// <exception cref="RemoteException">The checksum file is not there or cannot be had.</exception>
    public async Task RequireAsync(UpstreamFile file, string architecture, string path, string what, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        Digest? read;
        try
        {
            read = await ReadAsync(file, architecture, what, cancellationToken);
        }
        catch (RemoteException e)
        {
            throw new RemoteException(e.Fault, $"{what}: published checksum: {e.Message}", e);
        }

        if (read is not { } published)
            return;
        Digest reviewed = file.Checksums[architecture];
        Digest got = reviewed.Algorithm == published.Algorithm ? reviewed : await HashAsync(published, path, cancellationToken);
        if (got != published)
            throw new ContentException(
                $"{what}: {file.ChecksumUrl(architecture)} says {published}, the file reviewed as {reviewed} has {got}. Find out "
                    + "which of the two is right before you change image.yaml"
            );
    }

    /// <summary>What the project publishes; null when the definition says nowhere.</summary>
    /// <param name="what">Which image, architecture and version, for errors.</param>
    /// <exception cref="ContentException">The checksum file has another shape, or does not name the file.</exception>
    /// <exception cref="RemoteException">It cannot be had.</exception>
    public async Task<Digest?> ReadAsync(UpstreamFile file, string architecture, string what, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.ChecksumUrl(architecture) is not { } address)
            return null;
        byte[] bytes = await reader.ReadSmallAsync(mirror.Locate(address), ChecksumFile.Limit, cancellationToken);
        string algorithm = ChecksumFile.AlgorithmOf(address.AbsoluteUri)
            ?? throw new ContentException($"{what}: {address}: wanted a checksum file that ends in .sha256 or .sha512");
        string name = Uri.UnescapeDataString(file.Url(architecture).Segments[^1]);
        return ChecksumFile.Parse(bytes, algorithm, $"{what}: {address}").Of(name)
            ?? throw new ContentException($"{what}: {address} does not name {name}");
    }

    /// <summary>The digest of a file by the algorithm of another.</summary>
    internal static async Task<Digest> HashAsync(Digest like, string path, CancellationToken cancellationToken)
    {
        using var hash = like.NewHash();
        await using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[81920];
        while (await file.ReadAsync(buffer, cancellationToken) is var count and > 0)
            hash.AppendData(buffer, 0, count);
        return Digest.FromHash(like.Algorithm, hash.GetHashAndReset());
    }
}
