using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// Where things are in a cache: <c>sha256/HEX</c> and <c>sha512/HEX</c> are complete, <c>unfinished/ALGORITHM-HEX.part</c>
/// are beginnings, and <c>locks/</c> has a lock file for each first two digits: few enough to stay for ever.
/// </summary>
/// <param name="root">An absolute path.</param>
internal sealed class CacheFolder(string root)
{
    private const string Ending = ".part";
    private static readonly string[] Algorithms = ["sha256", "sha512"];

    public string Root => root;

    public string PathOf(Digest digest) => Path.Combine(root, digest.Algorithm, digest.Hex);

    /// <summary>Where the beginning of a content is kept until it is whole.</summary>
    public string PartOf(Digest digest) => Path.Combine(Unfinished, $"{digest.Algorithm}-{digest.Hex}{Ending}");

    /// <summary>The lock that whoever makes or removes a content holds. Several contents may share one: hold no two at once.</summary>
    public string LockOf(Digest digest) => Path.Combine(root, "locks", digest.Hex[..2]);

    /// <summary>The lock that every user of the cache shares.</summary>
    public string UseLock => Path.Combine(root, "locks", "use");

    private string Unfinished => Path.Combine(root, "unfinished");

    /// <summary>The complete files, in no order; what has no digest for a name is not the cache's.</summary>
    public IEnumerable<(Digest Digest, FileInfo File)> Files() =>
        from algorithm in Algorithms
        let folder = new DirectoryInfo(Path.Combine(root, algorithm))
        where folder.Exists
        from file in folder.EnumerateFiles()
        let digest = Digest.TryParse($"{algorithm}:{file.Name}", out Digest? parsed) ? parsed : null
        where digest is not null
        select (digest, file);

    /// <summary>The beginnings, in no order.</summary>
    public IEnumerable<(Digest Digest, FileInfo File)> Parts() =>
        from file in Directory.Exists(Unfinished) ? new DirectoryInfo(Unfinished).EnumerateFiles("*" + Ending) : []
        let digest = Digest.TryParse(file.Name[..^Ending.Length].Replace('-', ':'), out Digest? parsed) ? parsed : null
        where digest is not null
        select (digest, file);

    /// <summary>Removes beginnings that nobody wrote to since a time and nobody is at.</summary>
    /// <returns>How many, and their bytes.</returns>
    public (int Files, long Bytes) Sweep(DateTimeOffset since)
    {
        int files = 0;
        long bytes = 0;
        foreach ((Digest digest, FileInfo file) in Parts())
        {
            try
            {
                using CacheLock? held = CacheLock.TryTake(LockOf(digest));
                file.Refresh();
                if (held is null || !file.Exists || file.LastWriteTimeUtc >= since.UtcDateTime)
                    continue;
                long size = file.Length;
                file.Delete();
                (files, bytes) = (files + 1, bytes + size);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, in a shared folder: theirs to remove, and in nobody's way.
                continue;
            }
        }

        return (files, bytes);
    }

    /// <summary>Does something with the folder; a failure says which folder and what to do.</summary>
    public T Guard<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (IOException e)
        {
            throw Told(e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException(
                $"content cache {root}: {e.Message}; allow writing there, or name another folder with --cache-directory",
                e
            );
        }
    }

    /// <summary>The same failure with the folder and what to do.</summary>
    public IOException Told(IOException e) =>
        Prune.After(
            new IOException(
                $"content cache {root}: {e.Message.TrimEnd('.')}; free space there ({Prune} removes files that were not used recently), "
                    + "or name "
                    + "another folder with --cache-directory",
                e
            )
        );

    private static NextCommand Prune { get; } = new("Cache") { Options = ["--prune"] };
}
