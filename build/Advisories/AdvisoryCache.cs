using System.Collections.Immutable;
using Slipway.Fetching;
using Slipway.Oci;

namespace Slipway.Advisories;

/// <summary>
/// The databases of advisories as their hosts have them, kept in a folder. Neither is signed: the connection to the host proves them, or
/// whoever chose the mirror answers for it.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
public sealed class AdvisoryCache(string folder, TimeProvider time)
{
    private static readonly ImmutableArray<Database> Databases =
    [
        new("debian", new Uri("https://security-tracker.debian.org/tracker/data/json"), 1L << 30),
        new("go", new Uri("https://vuln.go.dev/vulndb.zip"), 256L << 20),
    ];

    /// <summary>The files that are kept, for <see cref="AdvisoryFile"/>; none where nothing was fetched yet.</summary>
    /// <exception cref="ContentException">One is not what was fetched.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        foreach (Database database in Databases)
        {
            try
            {
                if (await FileOf(database).FindAsync(cancellationToken) is { } kept)
                    found.Add(kept.Path);
            }
            catch (ContentException e)
            {
                throw Refresh.After(new ContentException($"{e.Message}. Run {Refresh} to fetch it again", e));
            }
        }

        return found;
    }

    /// <summary>Asks every host for what is newest, and keeps what can be read as advisories.</summary>
    /// <param name="log">Is told what came.</param>
    /// <exception cref="ContentException">What came are no advisories; what was kept stays.</exception>
    /// <exception cref="Slipway.Http.RemoteException">A host cannot be asked, or a mirror not be believed; likewise.</exception>
    public async Task RefreshAsync(OriginReader reader, UpstreamMirror mirror, Action<string> log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mirror);
        ArgumentNullException.ThrowIfNull(log);
        foreach (Database database in Databases)
        {
            Origin origin = mirror.Locate(database.Address);
            log($"{origin}: asking for advisories");
            (KeptFile kept, bool isNew) = await FileOf(database)
                .RefreshAsync(reader, origin, database.Limit, path => Require(path, origin, cancellationToken), cancellationToken);
            log($"{origin}: {(isNew ? $"fetched {kept.Size / 1e6:0.0} MB" : "not changed since it was fetched")}");
        }
    }

    private static NextCommand Refresh { get; } = new("Scan") { Options = ["--refresh"] };

    private RevalidatedFile FileOf(Database database) => new(folder, database.Name, time);

    private void Require(string path, Origin origin, CancellationToken cancellationToken)
    {
        AdvisoryScope nothing = new(new HashSet<string>(), "", null) { NotAfter = time.GetUtcNow() };
        try
        {
            if (AdvisoryFile.Read(path, nothing, cancellationToken).Sources.Sum(source => source.Records) == 0)
                throw new ContentException($"{path}: wanted advisories, got none");
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message.Replace(path, origin.ToString(), StringComparison.Ordinal)}; it was not kept", e);
        }
    }

    /// <param name="Limit">The most bytes that it may have.</param>
    private sealed record Database(string Name, Uri Address, long Limit);
}
