using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>
/// A folder of files named by their hashes, <c>sha256/HEX</c> and <c>sha512/HEX</c>. A file gets its name only after its
/// hash and size were proven, by an atomic rename, so several processes may share the folder. Safe for concurrent use.
/// </summary>
public sealed class ContentCache
{
    private const string Unfinished = ".unfinished";

    private readonly string _directory;
    private readonly TimeProvider _time;
    private int _swept;

    /// <param name="directory">Made when something is added.</param>
    /// <param name="time">The clock by which what killed processes left behind is judged old.</param>
    public ContentCache(string directory, TimeProvider time)
    {
        _directory = Path.GetFullPath(directory);
        _time = time;
    }

    /// <summary>
    /// The path of a complete file; null when it is not there or not of the wanted size. Its hash was proven when it was
    /// added; who must notice what a disk or a person did to it since reads it through <see cref="VerifyingStream"/>.
    /// </summary>
    public string? Find(Digest digest, long? size)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists && (size is null || file.Length == size) ? file.FullName : null;
    }

    /// <summary>Adds what a stream gives, in place of a file of that name; returns its path. Keeps nothing on failure.</summary>
    /// <param name="wanted">What it must be.</param>
    /// <param name="open">Opens the bytes; disposed here.</param>
    /// <exception cref="ContentException">The bytes are not the wanted ones; says wanted and got.</exception>
    /// <exception cref="IOException">The folder cannot be written: no space, a read-only disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights do not suffice.</exception>
    public async Task<string> AddAsync(
        WantedContent wanted, Func<CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(open);
        string path = PathOf(wanted.Digest);
        string unfinished = $"{path}.{Guid.NewGuid():n}{Unfinished}";
        await using VerifyingStream source =
            new(await open(cancellationToken), wanted.Digest, wanted.Size, wanted.Limit, wanted.What);
        try
        {
            await using (FileStream target = Guard(() => Create(unfinished)))
                await CopyAsync(source, target, cancellationToken);
            Guard(() => File.Move(unfinished, path, overwrite: true));
            return path;
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}; nothing was kept", e);
        }
        finally
        {
            // After the rename there is nothing of this name, and deleting nothing is no error where the folder exists.
            if (File.Exists(unfinished))
                File.Delete(unfinished);
        }
    }

    private string PathOf(Digest digest) => Path.Combine(_directory, digest.Algorithm, digest.Hex);

    private FileStream Create(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
            Sweep();
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
    }

    /// <summary>Removes what killed processes left behind: unfinished files that nobody wrote to for a day.</summary>
    private void Sweep()
    {
        DateTime yesterday = _time.GetUtcNow().UtcDateTime.AddDays(-1);
        foreach (string left in Directory.EnumerateFiles(_directory, "*" + Unfinished, SearchOption.AllDirectories))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(left) < yesterday)
                    File.Delete(left);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, in a shared folder: theirs to remove, and in nobody's way.
                continue;
            }
        }
    }

    private async Task CopyAsync(VerifyingStream source, FileStream target, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[81920];
        while (await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            try
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            catch (IOException e)
            {
                throw Told(e);
            }
        }
    }

    private void Guard(Action write) => Guard(() =>
    {
        write();
        return true;
    });

    private T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException e)
        {
            throw Told(e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"{About}: {e.Message}; {Next}", e);
        }
    }

    private IOException Told(IOException e) => new($"{About}: {e.Message}; {Next}", e);

    private string About => $"content cache {_directory}";

    private static string Next => "free space or rights there, or name another folder with --cache-directory";
}
