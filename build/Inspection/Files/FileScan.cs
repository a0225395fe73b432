using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Elf;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Reads files once, in small pieces, for all that the inspection asks of their content. Only an ELF file is kept for
/// longer, in a spool file, since its tables stand anywhere in it. Whatever a file's size, memory stays the same.
/// </summary>
internal sealed class FileScan : IFileScan, IDisposable
{
    private const int LongestFirstLine = 256;
    private const int MostText = 16 << 20;
    private const int Carried = SecretPattern.Before + SecretPattern.After + 512;

    private static readonly string[] Kept = ["etc/passwd", "etc/group", "etc/ld.so.conf", "var/lib/dpkg/status"];

    private readonly ILookup<string, string> _texts;
    private readonly byte[] _buffer = new byte[Carried + (256 * 1024)];
    private readonly FileStream _spool;
    private int _kept;

    /// <param name="spool">Where the spool file goes; it is gone when this is disposed.</param>
    /// <param name="texts">By path: what to look for in a file, each text at most 512 bytes.</param>
    public FileScan(string spool, ILookup<string, string> texts)
    {
        _texts = texts;
        _spool = new FileStream(spool, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
    }

    /// <summary>Reads the layers of one platform for an inspection.</summary>
    /// <param name="layers">Lowest first.</param>
    /// <param name="open">Opens a blob that proves itself.</param>
    /// <param name="texts">By path: what to look for in a file.</param>
    /// <param name="folder">For a spool file; made when it is needed, and deleted.</param>
    /// <exception cref="ContentException">A layer is broken, or another than it says.</exception>
    public static FoundImage Read(
        IReadOnlyList<Layer> layers,
        Func<Descriptor, Stream> open,
        ILookup<string, string> texts,
        string folder,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        try
        {
            using FileScan files = new(Path.Combine(folder, "elf"), texts);
            return ImageScan.Read(layers, open, files, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContentException">What was to be kept so far is more than 16 MiB.</exception>
    public FileFindings Scan(string path, Stream content)
    {
        ImmutableArray<string> wanted = [.. _texts[path]];
        string? kept = IsKept(path) ? path : null;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using MemoryStream text = new();
        byte[][] needles = [.. wanted.Select(Encoding.UTF8.GetBytes)];
        bool[] found = new bool[needles.Length];
        string? script = null,
            secret = null;
        bool elf = false;
        long size = 0;
        int carried = 0;
        while (content.ReadAtLeast(_buffer.AsSpan(carried), _buffer.Length - carried, throwOnEndOfStream: false) is > 0 and int count)
        {
            ReadOnlySpan<byte> fresh = _buffer.AsSpan(carried, count),
                all = _buffer.AsSpan(0, carried + count);
            if (size == 0)
                (elf, script) = Begin(fresh);
            size += count;
            hash.AppendData(fresh);
            if (elf)
                _spool.Write(fresh);
            if (kept is not null)
                Keep(kept, fresh, text);
            for (int i = 0; i < needles.Length; i++)
                found[i] |= all.IndexOf(needles[i]) >= 0;
            secret ??= SecretIn(all);
            carried = Math.Min(Carried, all.Length);
            all[^carried..].CopyTo(_buffer);
        }

        (ElfFile? file, string? broken) = elf ? ReadElf() : (null, null);
        return new FileFindings
        {
            Size = size,
            Digest = Digest.FromHash("sha256", hash.GetHashAndReset()),
            Elf = file,
            BrokenElf = broken,
            Script = script,
            Secret = secret,
            Contains = [.. wanted.Where((_, i) => found[i])],
            Text = kept is not null ? text.ToArray() : null,
        };
    }

    public void Dispose() => _spool.Dispose();

    private static bool IsKept(string path) =>
        Kept.Contains(path, StringComparer.Ordinal)
        || path.StartsWith("etc/ld.so.conf.d/", StringComparison.Ordinal)
        || path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal);

    private (bool IsElf, string? Script) Begin(ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith("#!"u8))
        {
            bool elf = ElfFile.HasMagic(start);
            if (elf)
                _spool.SetLength(0);
            return (elf, null);
        }

        // Linux looks no further than this either (fs/binfmt_script.c), and takes a carriage return for a part of the name.
        ReadOnlySpan<byte> line = start[2..Math.Min(start.Length, LongestFirstLine)];
        int end = line.IndexOf((byte)'\n');
        return (false, Encoding.UTF8.GetString(end < 0 ? line : line[..end]).Trim(' ', '\t'));
    }

    private void Keep(string path, ReadOnlySpan<byte> bytes, MemoryStream text)
    {
        if ((_kept += bytes.Length) > MostText)
            throw new ContentException($"/{path}: wanted at most {MostText} bytes in the files that are read whole, got more");
        text.Write(bytes);
    }

    private static string? SecretIn(ReadOnlySpan<byte> bytes)
    {
        foreach (SecretPattern pattern in SecretPattern.All)
        {
            if (pattern.IsIn(bytes))
                return pattern.What;
        }

        return null;
    }

    private (ElfFile? File, string? Broken) ReadElf()
    {
        try
        {
            _spool.Flush();
            return (ElfFile.Read(_spool), null);
        }
        catch (ContentException e)
        {
            return (null, e.Message);
        }
    }
}
