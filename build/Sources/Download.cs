using System.Collections.Concurrent;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>Wanted content and where it may be had, in the order of asking.</summary>
public sealed record DownloadItem(WantedContent Wanted, IReadOnlyList<Origin> Origins);

/// <summary>How far a download of many is. <paramref name="Bytes"/> counts what came over the wire and was kept.</summary>
public sealed record DownloadProgress(int Done, int Total, long Bytes);

/// <summary>No origin gave the content. <see cref="RemoteException.Fault"/> is the worst of <see cref="Failures"/>.</summary>
public sealed class DownloadException : RemoteException
{
    /// <param name="next">What to do when it is gone; null says nothing.</param>
    public DownloadException(string what, IReadOnlyList<RemoteException> failures, string? next = null)
        : base(Worst(failures), $"{what}: {string.Join("; ", failures.Select(failure => failure.Message))}{(next is not null && Gone(failures) ? $". {next}" : "")}", failures[^1])
    {
        Failures = failures;
    }

    /// <summary>What each origin answered, in the order of asking; at least one.</summary>
    public IReadOnlyList<RemoteException> Failures { get; }

    /// <summary>Whether an origin said for certain that it does not have the content, whatever the others did.</summary>
    public bool IsGone => Gone(Failures);

    private static bool Gone(IReadOnlyList<RemoteException> failures) => failures.Any(failure => failure.Fault == RemoteFault.NotFound);

    private static RemoteFault Worst(IReadOnlyList<RemoteException> failures)
    {
        RemoteFault[] order = [RemoteFault.TryAgain, RemoteFault.Refused, RemoteFault.Protocol, RemoteFault.NotFound];
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

    // Hosts that every patience was spent on once: the rest of a long list does not wait for them again.
    private readonly ConcurrentDictionary<string, RemoteException> _givenUp = new();

    public Download(OriginReader reader, ContentCache cache)
    {
        _reader = reader;
        _cache = cache;
    }

    /// <summary>The path of the content in the cache, fetched if it is not there.</summary>
    /// <exception cref="ContentException">An origin has other bytes under that address; nothing was kept.</exception>
    /// <exception cref="DownloadException">No origin has it or can be reached.</exception>
    public Task<string> FetchAsync(DownloadItem item, CancellationToken cancellationToken) =>
        FetchAsync(item, counted => { }, cancellationToken);

    /// <summary>
    /// Fetches many, some at once; the first failure ends it and is thrown. Content wanted twice is fetched once.
    /// </summary>
    /// <param name="progress">Told of every part that came, from several threads, never at the same time.</param>
    public async Task FetchAllAsync(
        IReadOnlyList<DownloadItem> items, Action<DownloadProgress> progress, CancellationToken cancellationToken)
    {
        List<DownloadItem> distinct = [.. items.DistinctBy(item => item.Wanted.Digest)];
        DownloadProgress state = new(0, distinct.Count, 0);
        Lock one = new();
        void Tell(int done, long bytes)
        {
            lock (one)
            {
                state = state with { Done = state.Done + done, Bytes = state.Bytes + bytes };
                progress(state);
            }
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(distinct, options, async (item, token) =>
        {
            await FetchAsync(item, bytes => Tell(0, bytes), token);
            Tell(1, 0);
        });
    }

    private async Task<string> FetchAsync(DownloadItem item, Action<long> counted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (_cache.Find(item.Wanted.Digest, item.Wanted.Size) is { } path)
            return path;
        if (item.Origins.Count == 0)
            throw new ArgumentException($"{item.Wanted.What}: there is no origin to fetch it from", nameof(item));
        List<RemoteException> failures = [];
        foreach (Origin origin in item.Origins)
        {
            if (_givenUp.TryGetValue(origin.Address.Authority, out RemoteException? earlier))
            {
                failures.Add(earlier);
                continue;
            }

            try
            {
                return await AddAsync(item.Wanted, origin, counted, cancellationToken);
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

    private Task<string> AddAsync(WantedContent wanted, Origin origin, Action<long> counted, CancellationToken cancellationToken) =>
        _reader.PersistAsync(
            async token =>
            {
                long came = 0;
                try
                {
                    return await _cache.AddAsync(
                        wanted,
                        async inner => new CountingStream(await _reader.OpenAsync(origin, inner), bytes =>
                        {
                            came += bytes;
                            counted(bytes);
                        }),
                        token);
                }
                catch (ContentException e)
                {
                    throw new ContentException($"{e.Message} of {origin}{(wanted.Next is null ? "" : $". {wanted.Next}")}", e);
                }
                catch (Exception)
                {
                    counted(-came);
                    throw;
                }
            },
            cancellationToken);
}
