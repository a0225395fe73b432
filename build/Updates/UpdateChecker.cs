using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Updates;

/// <summary>Finds out what is newer than a lock; writes nothing. One source out of reach does not hide the others.</summary>
/// <param name="versions">Asks upstream's channels.</param>
/// <param name="maker">Resolves the packages as <c>Lock</c> does.</param>
/// <param name="lifecycle">When what ends.</param>
/// <param name="time">What day it is.</param>
public sealed class UpdateChecker(VersionSource versions, LockMaker maker, Lifecycle lifecycle, TimeProvider time)
{
    /// <param name="read">Reads advisories about the sources of the packages that change; null when there are none.</param>
    /// <exception cref="DefinitionException">The definition itself is wrong.</exception>
    /// <exception cref="ContentException">The advisories are not what they should be.</exception>
    public async Task<AvailableUpdates> LookAsync(
        ImageDefinition definition,
        ImageLock locked,
        VersionReach reach,
        Func<AdvisoryScope, AdvisoryList>? read,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(locked);
        List<UpdateCheckProblem> problems = [];
        var upstream = ImmutableArray.CreateBuilder<UpstreamUpdate>();
        foreach (Versioned versioned in Versioned.Of(definition))
        {
            if (await TryAsync(versioned.Subject, () => versions.AskAsync(versioned, reach, cancellationToken), problems) is { } answer)
                upstream.Add(answer);
        }

        LockProposal? now = await TryAsync("packages", () => maker.ProposeAsync(definition, locked, cancellationToken), problems);
        DateTimeOffset today = time.GetUtcNow();
        return new AvailableUpdates
        {
            Image = definition.Name,
            LockedAt = locked.Timestamp,
            Age = today - locked.Timestamp,
            Upstream = upstream.ToImmutable(),
            Packages = now is null ? [] : Compare(definition, locked, now, read),
            Lifecycle = lifecycle.Of(definition, DateOnly.FromDateTime(today.UtcDateTime)),
            Problems = [.. problems],
        };
    }

    /// <summary>What a lock of now would change, with what it fixes.</summary>
    public ImmutableArray<PackageUpdate> Compare(
        ImageDefinition definition,
        ImageLock locked,
        LockProposal now,
        Func<AdvisoryScope, AdvisoryList>? read
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ImmutableArray<PackageUpdate> updates = PackageUpdate.Between(locked, now, null);
        if (read is null || updates.IsEmpty)
            return updates;
        string codename = Lifecycle.CodenameOf(definition.Debian.Suites[0]);
        AdvisoryScope scope = new(
            updates.Select(update => update.Source).ToHashSet(StringComparer.Ordinal),
            codename,
            lifecycle.NumberOf(codename)
        );
        return PackageUpdate.Between(locked, now, read(scope));
    }

    private static async Task<T?> TryAsync<T>(string subject, Func<Task<T>> ask, List<UpdateCheckProblem> problems)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is RemoteException or ContentException or ResolutionException or ProgramException)
        {
            problems.Add(new UpdateCheckProblem(subject, e));
            return null;
        }
    }
}
