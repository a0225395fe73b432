using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>Looks after what was fetched and assembled before.</summary>
internal sealed class CacheWorkflow(Workspace workspace, TimeProvider time)
{
    /// <param name="verify">Whether every file is read anew, and removed where it is wrong.</param>
    /// <param name="prune">What is to go; null for nothing.</param>
    public async Task<CacheOutcome> RunAsync(bool verify, PruneRequest? prune, CancellationToken cancellationToken)
    {
        CacheReview review = new(workspace.Cache, time);
        IReadOnlyList<CachedFile>? wrong = verify ? await review.VerifyAsync(cancellationToken) : null;
        KeptBases bases = new(workspace.Bases, time);
        IReadOnlyList<KeptBase> goneBases = prune is null ? [] : bases.Prune(prune.Age, prune.Bytes, workspace.CacheUse);
        // Base images are made from the files in minutes, so files go only for what is left.
        long? forFiles = prune?.Bytes is { } all ? Math.Max(0, all - bases.All().Sum(kept => kept.Bytes)) : null;
        PruneResult? pruned = prune is null ? null : review.Prune(prune.Age, forFiles);
        AssemblyCache assembled = new(workspace.Assembled, new ContentCache(workspace.Cache, time));
        return new CacheOutcome
        {
            Folder = workspace.Cache,
            Wrong = wrong,
            Pruned = pruned,
            Records = pruned is null ? 0 : assembled.Prune(review),
            PrunedBases = goneBases,
            Left = review.Summarize(),
            Bases = bases.All(),
        };
    }
}

/// <summary>What goes from the cache.</summary>
/// <param name="Age">What was not used for so long; null for whatever its age.</param>
/// <param name="Bytes">How much may stay, what is unused for longest going first; null for all.</param>
internal sealed record PruneRequest(TimeSpan? Age, long? Bytes);

/// <summary>What the target <c>Cache</c> found and did.</summary>
internal sealed record CacheOutcome
{
    public required string Folder { get; init; }

    /// <summary>Files that were not what their names say, and were removed; null when nobody looked.</summary>
    public required IReadOnlyList<CachedFile>? Wrong { get; init; }

    /// <summary>Null when nothing was asked to go.</summary>
    public required PruneResult? Pruned { get; init; }

    /// <summary>Records of assembled layers that were removed, since the layers are gone.</summary>
    public required int Records { get; init; }

    /// <summary>Base images that were removed, and what nobody finished of some.</summary>
    public required IReadOnlyList<KeptBase> PrunedBases { get; init; }

    /// <summary>What is there after that, but for base images.</summary>
    public required CacheSummary Left { get; init; }

    /// <summary>Base images of Dockerfile builds, made on the spot.</summary>
    public required IReadOnlyList<KeptBase> Bases { get; init; }

    /// <exception cref="ContentException">Something was wrong; says what to do.</exception>
    public void RequireRight()
    {
        if (Wrong is { Count: > 0 })
        {
            NextCommand fetch = new("Fetch");
            throw fetch.After(
                new ContentException(
                    $"content cache {Folder}: {Wrong.Count} {(Wrong.Count == 1 ? "file was" : "files were")} not what the name says and "
                        + $"removed: {Wrong[0].Digest}{(Wrong.Count == 1 ? "" : " …")}. Run {fetch} to download them again"
                )
            );
        }
    }
}
