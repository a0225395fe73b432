using System.Security.Cryptography;
using Slipway.Elf;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Sboms;

/// <summary>
/// Hashes files as an SBOM names them, reads what programs say of their building, and keeps the few files that it quotes: licence files,
/// the list of packages and which distribution it is. Whatever a file's size, memory stays the same: an ELF file is kept in a spool file,
/// since its tables stand anywhere in it.
/// </summary>
public sealed class HashScan : IFileScan, IDisposable
{
    /// <summary>In all programs of an image, whose SBOM is in memory; those of ours have some thousand.</summary>
    private const int MostParts = 50_000,
        MostPartsText = 16 << 20;

    private const int MostText = 64 << 20;

    /// <summary>A longer licence file is not read; none that says something is so long.</summary>
    private const int LongestLicence = 4 << 20;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly FileStream _spool;
    private long _kept;
    private long _parts;
    private long _partsText;

    /// <param name="spool">Where the spool file goes; it is gone when this is disposed.</param>
    private HashScan(string spool) =>
        _spool = new FileStream(spool, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);

    /// <summary>Reads the layers of one platform for its SBOM.</summary>
    /// <param name="layers">Lowest first.</param>
    /// <param name="open">Opens a blob that proves itself.</param>
    /// <param name="folder">For a spool file; made when it is needed, and deleted.</param>
    /// <exception cref="ContentException">A layer is broken, or another than it says.</exception>
    public static FoundImage Read(
        IReadOnlyList<Layer> layers,
        Func<Descriptor, Stream> open,
        string folder,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        try
        {
            using HashScan files = new(Path.Combine(folder, "program"));
            return ImageScan.Read(layers, open, files, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <exception cref="ContentException">What was to be kept so far is more than 64 MiB.</exception>
    public FileFindings Scan(string path, Stream content)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        MemoryStream? text = IsLicence(path) || IsPackageList(path) || IsRelease(path) ? new MemoryStream() : null;
        long size = 0;
        bool elf = false;
        while (content.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false) is > 0 and int count)
        {
            ReadOnlySpan<byte> read = _buffer.AsSpan(0, count);
            sha256.AppendData(read);
            sha1.AppendData(read);
            if (size == 0 && ElfFile.HasMagic(read))
                (elf, _spool.Position) = (true, 0);
            if (elf)
                _spool.Write(read);
            size += count;
            if (IsLicence(path) && size > LongestLicence)
                text = null;
            if (text is null)
                continue;
            if ((_kept += count) > MostText)
                throw new ContentException($"/{path}: wanted at most {MostText} bytes in licence files and lists of packages, got more");
            text.Write(read);
        }

        FileFindings findings = new()
        {
            Size = size,
            Digest = Digest.FromHash("sha256", sha256.GetHashAndReset()),
            Sha1 = Convert.ToHexStringLower(sha1.GetHashAndReset()),
            Text = text?.ToArray(),
        };
        return elf ? Build(path, findings) : findings;
    }

    public void Dispose() => _spool.Dispose();

    private FileFindings Build(string path, FileFindings findings)
    {
        _spool.SetLength(findings.Size);
        _spool.Flush();
        try
        {
            findings = findings with { Go = GoBuildInfo.Read(_spool), Cargo = CargoAuditData.Read(_spool) };
        }
        catch (ContentException e)
        {
            return findings with { BrokenBuild = e.Message };
        }

        _parts += (findings.Go?.Modules ?? 0) + (findings.Cargo?.Packages.Length ?? 0);
        _partsText += (findings.Go?.Length ?? 0) + (findings.Cargo?.Length ?? 0);
        return _parts <= MostParts && _partsText <= MostPartsText
            ? findings
            : throw new ContentException(
                $"/{path}: wanted at most {MostParts} modules and packages of {MostPartsText} characters in all programs, got more"
            );
    }

    private static bool IsLicence(string path) =>
        path.StartsWith("usr/share/doc/", StringComparison.Ordinal) && path.EndsWith("/copyright", StringComparison.Ordinal);

    /// <summary>Which distribution it is (os-release(5)).</summary>
    private static bool IsRelease(string path) => path is "etc/os-release" or "usr/lib/os-release";

    private static bool IsPackageList(string path) =>
        path == "var/lib/dpkg/status" || path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal);
}
