using System.Formats.Tar;
using System.IO.Compression;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// A folder in the shape of an upstream mirror, <c>FOLDER/HOST/PATH</c>, that a rehearsal fills with stand-ins for files
/// whose hosts it cannot reach. The same content gives the same bytes.
/// </summary>
/// <param name="folder">Made when the first file comes.</param>
public sealed class StandInUpstream(string folder)
{
    public string Folder => folder;

    /// <summary>What stands in for an address already; null when nothing made from <paramref name="origin"/> does.</summary>
    /// <param name="address">The https address of the real file.</param>
    /// <param name="origin">Names all that the stand-in is made from.</param>
    public async Task<StandInFile?> FindAsync(Uri address, string origin, CancellationToken cancellationToken)
    {
        string path = PathOf(address);
        if (!File.Exists(path) || !File.Exists(OriginOf(path)) || await File.ReadAllTextAsync(OriginOf(path), cancellationToken) != origin)
            return null;
        await using FileStream file = File.OpenRead(path);
        return new StandInFile(await Digest.OfAsync(file, cancellationToken), file.Length);
    }

    /// <summary>Puts a single file at an address.</summary>
    public Task<StandInFile> AddAsync(Uri address, string origin, Stream content, CancellationToken cancellationToken) =>
        WriteAsync(address, origin, output => content.CopyToAsync(output, cancellationToken), cancellationToken);

    /// <summary>Puts a <c>.tar.gz</c> with the given members at an address.</summary>
    /// <param name="members">Name and opener; each stream is seekable and is disposed here.</param>
    public Task<StandInFile> AddArchiveAsync(
        Uri address,
        string origin,
        IReadOnlyList<KeyValuePair<string, Func<Stream>>> members,
        CancellationToken cancellationToken
    ) => WriteAsync(address, origin, output => WriteArchiveAsync(members, output, cancellationToken), cancellationToken);

    private static async Task WriteArchiveAsync(
        IReadOnlyList<KeyValuePair<string, Func<Stream>>> members,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await using GZipStream gzip = new(output, CompressionLevel.Fastest, leaveOpen: true);
        await using TarWriter tar = new(gzip, TarEntryFormat.Ustar, leaveOpen: true);
        foreach ((string name, Func<Stream> open) in members)
        {
            await using Stream content = open();
            UstarTarEntry entry = new(TarEntryType.RegularFile, "./" + name)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
                DataStream = content,
            };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static string OriginOf(string path) => path + ".origin";

    private async Task<StandInFile> WriteAsync(Uri address, string origin, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        string path = PathOf(address);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(OriginOf(path));
        await using (FileStream output = File.Create(path))
            await write(output);
        await File.WriteAllTextAsync(OriginOf(path), origin, cancellationToken);
        return await FindAsync(address, origin, cancellationToken) ?? throw new IOException($"{path}: what was written is gone");
    }

    private string PathOf(Uri address)
    {
        string path = Path.GetFullPath(Path.Combine(folder, address.Host, address.AbsolutePath.TrimStart('/')));
        return path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"{address}: it leaves the mirror's folder", nameof(address));
    }
}

/// <summary>A stand-in's hash and size in bytes: what takes the place of the real file's in a rehearsal's lock.</summary>
public sealed record StandInFile(Digest Digest, long Size);
