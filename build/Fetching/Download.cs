using System.Collections.Concurrent;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>Wanted content and where it may be had, in the order of asking.</summary>
public sealed record DownloadItem(WantedContent Wanted, IReadOnlyList<Origin> Origins);

/// <summary>How far a download of many is.</summary>
/// <param name="Done">Files that are in the cache.</param>
/// <param name="Total">Files that are wanted.</param>
/// <param name="Bytes">What came over the wire and was kept.</param>
/// <param name="Left">Bytes that are still to come; null when some file's size is not known.</param>
public sealed record DownloadProgress(int Done, int Total, long Bytes, long? Left);

/// <summary>No origin gave the content. <see cref="RemoteException.Fault"/> is the worst of <see cref="Failures"/>.</summary>
public sealed class DownloadException : RemoteException
{
    /// <param name="next">What to do when it is gone; null says nothing.</param>
    public DownloadException(string what, IReadOnlyList<RemoteException> failures, string? next = null)
        : base(
            MostSevere(failures),
            $"{what}: {string.Join("; ", failures.Select(failure => failure.Message))}{(next is not null && Gone(failures) ? $". {next}" : "")}",
            failures[^1]
        )
    {
        Failures = failures;
    }

    /// <summary>What each origin answered, in the order of asking; at least one.</summary>
    public IReadOnlyList<RemoteException> Failures { get; }

    /// <summary>Whether an origin said for certain that it does not have the content, whatever the others did.</summary>
    public bool IsGone => Gone(Failures);

    private static bool Gone(IReadOnlyList<RemoteException> failures) => failures.Any(failure => failure.Fault == RemoteFault.NotFound);

    private static RemoteFault MostSevere(IReadOnlyList<RemoteException> failures)
    {
        RemoteFault[] order =
        [
            RemoteFault.TryAgain,
            RemoteFault.Refused,
            RemoteFault.Untrusted,
            RemoteFault.Protocol,
            RemoteFault.NotFound,
        ];
        return order.First(fault => failures.Any(failure => failure.Fault == fault));
    }
}

/// <summary>
/// Brings content into the cache. The next origin is asked when one does not have it or cannot be reached; an origin that
/// has something else ends it, since that is never chance. Safe for concurrent use.
/// </summary>
public sealed class Download
{
    private const int AtOnce = 6;

    private readonly OriginReader _reader;
    private readonly ContentCache _cache;

    // Hosts that did not respond after every retry: the rest of a long list does not wait for them again.
    private readonly ConcurrentDictionary<string, RemoteException> _givenUp = new();

    public Download(OriginReader reader, ContentCache cache)
    {
        _reader = reader;
        _cache = cache;
    }

    /// <summary>The path of the content in the cache, fetched if it is not there.</summary>
    /// <exception cref="ContentException">An origin has other bytes under that address; nothing was kept.</exception>
    /// <exception cref="DownloadException">
    /// No origin has it or can be reached. What came of it stays, and is gone on with next time.
    /// </exception>
    public async Task<string> FetchAsync(DownloadItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        return _cache.Find(item.Wanted.Digest, item.Wanted.Size) ?? await FetchAsync(item, (wire, there) => { }, cancellationToken);
    }

    /// <summary>Those whose content is not in the cache, each once.</summary>
    public IReadOnlyList<DownloadItem> Missing(IEnumerable<DownloadItem> items) =>
        [.. items.DistinctBy(item => item.Wanted.Digest).Where(item => _cache.Find(item.Wanted.Digest, item.Wanted.Size) is null)];

    /// <summary>
    /// Fetches many, some at once; the first failure ends it and is thrown. Content wanted twice is fetched once.
    /// </summary>
    /// <param name="progress">Told of every part that came, from several threads, never at the same time.</param>
    public async Task FetchAllAsync(
        IReadOnlyList<DownloadItem> items,
        Action<DownloadProgress> progress,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<DownloadItem> missing = Missing(items);
        int total = items.DistinctBy(item => item.Wanted.Digest).Count();
        DownloadProgress state = new(
            total - missing.Count,
            total,
            0,
            missing.Any(item => item.Wanted.Size is null) ? null : missing.Sum(item => item.Wanted.Size)
        );
        Lock one = new();
        void Tell(int done, long wire, long there)
        {
            lock (one)
            {
                state = state with { Done = state.Done + done, Bytes = state.Bytes + wire, Left = state.Left - there };
                progress(state);
            }
        }

        Tell(0, 0, 0);
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(missing, options, async (item, token) =>
        {
            await FetchAsync(item, (wire, there) => Tell(0, wire, there), token);
            Tell(1, 0, 0);
        });
    }

    private async Task<string> FetchAsync(DownloadItem item, Action<long, long> counted, CancellationToken cancellationToken)
    {
        if (item.Origins.Count == 0)
            throw new ArgumentException($"{item.Wanted.What}: no origin was given", nameof(item));
        using PartialContent partial = await _cache.BeginAsync(item.Wanted, cancellationToken);
        if (_cache.Find(item.Wanted.Digest, item.Wanted.Size) is { } finished)
        {
            // Another had it in hand and has finished meanwhile.
            counted(0, item.Wanted.Size ?? 0);
            return finished;
        }

        ContentDownload content = new(_reader, partial, item.Wanted, counted);
        List<RemoteException> failures = [];
        foreach (Origin origin in item.Origins)
        {
            if (_givenUp.TryGetValue(origin.Address.Authority, out RemoteException? earlier))
            {
                failures.Add(
                    new RemoteException(
                        earlier.Fault,
                        $"{origin.Address.Authority} was skipped after an earlier failure: {earlier.Message}",
                        earlier
                    )
                );
                continue;
            }

            try
            {
                return await content.BringAsync(origin, cancellationToken);
            }
            catch (RemoteException e)
            {
                if (e.Fault == RemoteFault.TryAgain)
                    _givenUp[origin.Address.Authority] = e;
                failures.Add(e);
            }
        }

        throw new DownloadException(item.Wanted.What, failures, item.Wanted.Next);
    }
}
