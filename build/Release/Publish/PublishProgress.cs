using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>What a publication knows of each registry while it is under way. Safe for concurrent use by its phases.</summary>
/// <param name="record">Keeps what is known from the first write on, each time a phase begins.</param>
/// <param name="log">Is told of each phase in one line.</param>
internal sealed class PublishProgress(ReleasePlan plan, Func<ReleaseRecord, Task> record, Action<string> log)
{
    private readonly Lock _lock = new();
    private readonly int[] _blobsSent = new int[plan.Destinations.Length];
    private readonly int[] _tagsWritten = new int[plan.Destinations.Length];
    private readonly ImmutableSortedDictionary<string, Digest>[] _tags =
    [
        .. plan.Destinations.Select(_ => ImmutableSortedDictionary.Create<string, Digest>(StringComparer.Ordinal)),
    ];
    private readonly ImmutableArray<string>[] _unread = [.. plan.Destinations.Select(_ => ImmutableArray<string>.Empty)];

    private int _writes;

    public PublishPhase Phase { get; private set; }

    public async Task EnterAsync(PublishPhase phase, string? text = null)
    {
        Phase = phase;
        if (text is not null)
            log($"{plan.Image}: {text}");
        if (phase > PublishPhase.Check)
            await record(ToRecord());
    }

    /// <summary>
    /// Keeps what stands after a failure, which may have hidden the answer to a write. A registry that does not answer is not
    /// asked for its other tags; they are unread.
    /// </summary>
    /// <returns>What to tell, also when it cannot be kept; null before the first write.</returns>
    public async Task<string?> EndAsync(ImmutableArray<Repository> sites, CancellationToken cancellationToken)
    {
        if (Phase == PublishPhase.Check)
            return null;
        if (Phase == PublishPhase.Tags)
            await Task.WhenAll(sites.Select((site, i) => ReadTagsAsync(site, i, cancellationToken)));
        try
        {
            await record(ToRecord());
            return Standing;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{Standing}. It could not be recorded: {e.Message}";
        }
    }

    public void Sent(int site)
    {
        lock (_lock)
            (_blobsSent[site], _writes) = (_blobsSent[site] + 1, _writes + 1);
    }

    /// <summary>Something else was sent: a manifest, a signature, a statement.</summary>
    public void Wrote()
    {
        lock (_lock)
            _writes++;
    }

    /// <summary>Whether every tag of the plan stood everywhere when it was last looked at.</summary>
    public bool IsTaggedEverywhere => Enumerable.Range(0, plan.Destinations.Length).All(IsTagged);

    /// <summary>A tag of the plan names what it should.</summary>
    public void Stands(int site, PlannedTag tag, bool wasWritten)
    {
        lock (_lock)
        {
            _tags[site] = _tags[site].SetItem(tag.Name, plan.SubjectOf(tag).Digest);
            (_tagsWritten[site], _writes) = (_tagsWritten[site] + (wasWritten ? 1 : 0), _writes + (wasWritten ? 1 : 0));
        }
    }

    /// <summary>Whether every tag that never moves stands there.</summary>
    public bool IsTagged(int site)
    {
        lock (_lock)
            return plan.Tags.Where(tag => !tag.Moves).All(tag => _tags[site].ContainsKey(tag.Name));
    }

    public ReleaseRecord ToRecord()
    {
        lock (_lock)
        {
            return new ReleaseRecord(
                plan,
                Phase,
                [
                    .. plan.Destinations.Select(
                        (site, i) => new PublishedDestination(site, _tags[i], _unread[i], _blobsSent[i], _tagsWritten[i])
                    ),
                ]
            )
            {
                Writes = _writes,
            };
        }
    }

    /// <summary>How many of the plan's tags stand where, in a sentence.</summary>
    private string Standing
    {
        get
        {
            lock (_lock)
            {
                return _tags.All(tags => tags.IsEmpty)
                    ? "Nothing was tagged"
                    : string.Join(
                        ", ",
                        plan.Destinations.Select((site, i) => $"{_tags[i].Count} of {plan.Tags.Length} tags exist on {site.Name}")
                    ) + "; all of them are complete and signed. Run the same command again";
            }
        }
    }

    private async Task ReadTagsAsync(Repository site, int at, CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedTag> left = plan.Tags;
        try
        {
            for (; !left.IsEmpty; left = left.RemoveAt(0))
                Found(at, left[0], (await site.ResolveAsync(left[0].Name, cancellationToken))?.Digest);
        }
        catch (Exception e) when (e is RemoteException or ContentException or OperationCanceledException)
        {
            // Told in the record; the failure that led here is the one to tell.
        }

        lock (_lock)
            _unread[at] = [.. left.Select(tag => tag.Name).Where(tag => !_tags[at].ContainsKey(tag))];
    }

    /// <summary>What a tag names counts, not what was answered when it was written.</summary>
    private void Found(int at, PlannedTag tag, Digest? there)
    {
        lock (_lock)
            _tags[at] = there == plan.SubjectOf(tag).Digest ? _tags[at].SetItem(tag.Name, there) : _tags[at].Remove(tag.Name);
    }
}
