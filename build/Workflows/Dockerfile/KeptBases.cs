using Slipway.Fetching;

namespace Slipway.Workflows;

/// <summary>A base image that was made on the spot.</summary>
/// <param name="Folder">All of it.</param>
/// <param name="Bytes">Of its files.</param>
/// <param name="LastUse">When a build was last told of it.</param>
internal sealed record KeptBase(string Folder, long Bytes, DateTimeOffset LastUse);

/// <summary>The base images that are kept for the next Dockerfile build: a folder for each, whole or not there.</summary>
/// <param name="folder">Where they are; made when it is needed.</param>
/// <param name="time">The clock by which ages count.</param>
internal sealed class KeptBases(string folder, TimeProvider time)
{
    private const string Unfinished = ".unfinished-";

    /// <summary>What was asked for within this time belongs to a run that is under way, if one is.</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromHours(1);

    /// <summary>The longest that one may be in the making.</summary>
    private static readonly TimeSpan InTheMaking = TimeSpan.FromDays(1);

    public string At(string name) => Path.Combine(folder, name);

    /// <summary>A folder of this process's own for one in the making.</summary>
    public string NewUnfinished(string name) => Directory.CreateDirectory($"{At(name)}{Unfinished}{Environment.ProcessId}").FullName;

    /// <summary>Remembers that one is used; where that cannot be written it is used all the same.</summary>
    public void Use(string name)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(At(name), time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's cache: it ages.
        }
    }

    /// <summary>All of them, those unused for longest first.</summary>
    public IReadOnlyList<KeptBase> All() => [.. Folders(unfinished: false).OrderBy(kept => kept.LastUse)];

    /// <summary>
    /// Removes what was not used for some time, then what was unused for longest until the rest fits, and what nobody finished.
    /// </summary>
    /// <param name="olderThan">Null removes nothing for its age.</param>
    /// <param name="toBytes">What may stay; null removes nothing for its size.</param>
    /// <param name="useLock">The lock that every user of the cache shares.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<KeptBase> Prune(TimeSpan? olderThan, long? toBytes, string useLock)
    {
        if (!Directory.Exists(folder))
            return [];
        DateTimeOffset now = time.GetUtcNow();
        using CacheLock? alone = CacheLock.TryTake(useLock);
        List<KeptBase> removed = [.. Folders(unfinished: true).Where(begun => now - begun.LastUse > InTheMaking && TryRemove(begun))];
        IReadOnlyList<KeptBase> all = All();
        long total = all.Sum(kept => kept.Bytes);
        foreach (KeptBase kept in all)
        {
            bool mayBeUsed = alone is null && now - kept.LastUse < UnderWay;
            if (!(now - kept.LastUse > olderThan || total > toBytes) || mayBeUsed || !TryRemove(kept))
                continue;
            removed.Add(kept);
            total -= kept.Bytes;
        }

        return removed;
    }

    private IEnumerable<KeptBase> Folders(bool unfinished) =>
        from kept in Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateDirectories() : []
        where kept.Name.Contains(Unfinished, StringComparison.Ordinal) == unfinished
        select new KeptBase(
            kept.FullName,
            kept.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
            kept.LastWriteTimeUtc
        );

    /// <summary>Out of the way first, so that one which is half removed is never taken for whole.</summary>
    private static bool TryRemove(KeptBase kept)
    {
        try
        {
            string gone = $"{kept.Folder}{Unfinished}{Environment.ProcessId}";
            Directory.Move(kept.Folder, gone);
            Directory.Delete(gone, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
