using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>A complete file of a cache.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="LastUse">When it was last asked for, to some minutes.</param>
public sealed record CachedFile(Digest Digest, long Bytes, DateTimeOffset LastUse);

/// <summary>What a pruning did.</summary>
/// <param name="Removed">Complete files, those unused for longest first.</param>
/// <param name="Unfinished">Beginnings that nobody went on with, removed as well.</param>
/// <param name="Bytes">What both freed.</param>
/// <param name="InUse">Files that were to go but stayed, since another run may be at them.</param>
public sealed record PruneResult(IReadOnlyList<CachedFile> Removed, int Unfinished, long Bytes, int InUse);

/// <summary>
/// Looks after a content cache: what is in it, whether it is still right, what can go. May run beside programs that use it:
/// a file that one has open stays readable to it where the system allows removing it at all, and is left where it does not.
/// </summary>
public sealed class CacheReview
{
    /// <summary>What was asked for within this time belongs to a run that is under way, if one is.</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromHours(1);

    private readonly CacheFolder _folder;
    private readonly TimeProvider _time;

    /// <param name="directory">The cache's folder; one that is not there is empty.</param>
    /// <param name="time">The clock by which ages count.</param>
    public CacheReview(string directory, TimeProvider time)
    {
        _folder = new CacheFolder(Path.GetFullPath(directory));
        _time = time;
    }

    /// <summary>The complete files, those unused for longest first.</summary>
    public IReadOnlyList<CachedFile> Files() =>
        [.. _folder.Files().Select(Describe).OrderBy(file => file.LastUse).ThenBy(file => file.Digest.Hex, StringComparer.Ordinal)];

    /// <summary>Counts what is there.</summary>
    public CacheSummary Summarize()
    {
        List<(CachedFile File, CacheKind Kind)> files =
        [
            .. _folder.Files().Select(found => (Describe(found), CacheKind.Of(found.File.FullName))),
        ];
        return new CacheSummary(
            files.Count,
            files.Sum(file => file.File.Bytes),
            files.Count == 0 ? null : files.Min(file => file.File.LastUse),
            [
                .. files
                    .GroupBy(file => file.Kind.Name)
                    .OrderBy(kind => kind.Key, StringComparer.Ordinal)
                    .Select(kind => new CacheShare(kind.Key, kind.Count(), kind.Sum(file => file.File.Bytes))),
            ],
            _folder.Parts().Count()
        );
    }

    /// <summary>Reads every complete file anew and removes those that are not what their names say.</summary>
    /// <returns>What was removed, in the order of names.</returns>
    public async Task<IReadOnlyList<CachedFile>> VerifyAsync(CancellationToken cancellationToken)
    {
        ConcurrentBag<CachedFile> wrong = [];
        await Parallel.ForEachAsync(_folder.Files(), cancellationToken, async (found, token) =>
        {
            if (await IsRightAsync(found.Digest, token))
                return;
            // Another process may have put the right one there meanwhile, so that counts which is seen while nobody can.
            using CacheLock held = await CacheLock.TakeAsync(_folder.LockOf(found.Digest), _time, token);
            if (await IsRightAsync(found.Digest, token))
                return;
            wrong.Add(Describe(found));
            _folder.Guard(() =>
            {
                File.Delete(found.File.FullName);
                return true;
            });
        });
        return [.. wrong.OrderBy(file => file.Digest.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Removes what was not used for some time, then what was unused for longest until the rest fits.</summary>
    /// <param name="olderThan">Null removes nothing for its age.</param>
    /// <param name="toBytes">What may stay; null removes nothing for its size.</param>
    public PruneResult Prune(TimeSpan? olderThan, long? toBytes)
    {
        DateTimeOffset now = _time.GetUtcNow();
        (int unfinished, long freed) = _folder.Sweep(now - (olderThan ?? TimeSpan.FromDays(1)));
        if (!Directory.Exists(_folder.Root))
            return new PruneResult([], 0, 0, 0);
        using CacheLock? alone = _folder.Guard(() => CacheLock.TryTake(_folder.UseLock));
        List<CachedFile> removed = [];
        int inUse = 0;
        IReadOnlyList<CachedFile> files = Files();
        long total = files.Sum(file => file.Bytes);
        foreach (CachedFile file in files)
        {
            if (!(now - file.LastUse > olderThan || total > toBytes))
                continue;
            if ((alone is null && now - file.LastUse < UnderWay) || !TryRemove(file))
            {
                inUse++;
                continue;
            }

            removed.Add(file);
            total -= file.Bytes;
            freed += file.Bytes;
        }

        return new PruneResult(removed, unfinished, freed, inUse);
    }

    private static CachedFile Describe((Digest Digest, FileInfo File) found) =>
        new(found.Digest, found.File.Length, new DateTimeOffset(found.File.LastWriteTimeUtc));

    /// <summary>Whether it is right, or not there any more.</summary>
    private async Task<bool> IsRightAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = new(
                _folder.PathOf(digest),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                1,
                FileOptions.Asynchronous
            );
            byte[] hash =
                digest.Algorithm == "sha512"
                    ? await SHA512.HashDataAsync(file, cancellationToken)
                    : await SHA256.HashDataAsync(file, cancellationToken);
            return Digest.FromHash(digest.Algorithm, hash) == digest;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }

    private bool TryRemove(CachedFile file)
    {
        using CacheLock? held = CacheLock.TryTake(_folder.LockOf(file.Digest));
        if (held is null)
            return false;
        try
        {
            File.Delete(_folder.PathOf(file.Digest));
            return true;
        }
        catch (IOException)
        {
            // Windows does not remove what someone has open.
            return false;
        }
    }
}
