using System.Security.Cryptography;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Sboms;

/// <summary>
/// Hashes files as an SBOM names them, and keeps the few that it quotes: licence files and the list of packages.
/// Whatever a file's size, memory stays the same.
/// </summary>
public sealed class HashScan : IFileScan
{
    private const int MostText = 64 << 20;

    /// <summary>A longer licence file is not read; none that says something is so long.</summary>
    private const int LongestLicence = 4 << 20;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private long _kept;

    /// <exception cref="ContentException">What was to be kept so far is more than 64 MiB.</exception>
    public FileFindings Scan(string path, Stream content)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        MemoryStream? text = IsLicence(path) || IsPackageList(path) ? new MemoryStream() : null;
        long size = 0;
        while (content.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false) is > 0 and int count)
        {
            ReadOnlySpan<byte> read = _buffer.AsSpan(0, count);
            sha256.AppendData(read);
            sha1.AppendData(read);
            size += count;
            if (IsLicence(path) && size > LongestLicence)
                text = null;
            if (text is null)
                continue;
            if ((_kept += count) > MostText)
                throw new ContentException($"/{path}: wanted at most {MostText} bytes in licence files and lists of packages, got more");
            text.Write(read);
        }

        return new FileFindings
        {
            Size = size,
            Digest = Digest.FromHash("sha256", sha256.GetHashAndReset()),
            Sha1 = Convert.ToHexStringLower(sha1.GetHashAndReset()),
            Text = text?.ToArray(),
        };
    }

    private static bool IsLicence(string path) =>
        path.StartsWith("usr/share/doc/", StringComparison.Ordinal) && path.EndsWith("/copyright", StringComparison.Ordinal);

    private static bool IsPackageList(string path) =>
        path == "var/lib/dpkg/status" || path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal);
}
