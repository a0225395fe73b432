using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// Reads the records that a release leaves, <c>release.json</c> and <c>withdrawn.json</c>, which may come from elsewhere.
/// </summary>
internal static class RecordFile
{
    /// <summary>The bytes of one: a regular file of 1 byte to 4 MiB.</summary>
    /// <exception cref="ContentException">It is no such file.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => RegularFile.ReadBytes(path, OciJson.MaximumManifestSize), cancellationToken);
        }
        catch (UnfitFileException e)
        {
            throw new ContentException(e.Message, e);
        }
    }
}
