using System.Security.Cryptography;
using System.Text;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;

namespace Slipway.Testing;

/// <summary>Debian's archive as tests read it: by the product's own code, from the same mirror, into the same cache.</summary>
public sealed class TestArchive : IDisposable
{
    private readonly HttpTransport _transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly DebianMirror? _mirror = DebianMirror.Of(AptConfiguration.Read("/"));
    private readonly DebianRepository _repository;
    private readonly Download _download;

    public TestArchive()
    {
        OriginReader reader = new(_transport, new RetryPolicy(), TimeProvider.System);
        _download = new Download(reader, new ContentCache(TestCache.Shared, TimeProvider.System));
        Gpgv gpgv = new(SourceTree.At("images", "keys", "debian-archive-keyring.gpg"), ArchiveKeys.Debian);
        _repository = new DebianRepository(reader, _download, gpgv, Mirror);
    }

    /// <summary>The mirror of the host's apt configuration, else Debian's snapshot archive as it is now.</summary>
    private DebianMirror Mirror => _mirror ?? DebianMirror.Snapshot(_now);

    /// <summary>The suites that peers come from. Trixie's, whatever runs here: an older Debian lacks cosign.</summary>
    public async Task<IReadOnlyList<DebianSuite>> SuitesAsync(CancellationToken cancellationToken)
    {
        List<DebianSuite> suites = [];
        foreach (string suite in (string[])["trixie", "trixie-security"])
            suites.Add(await _repository.ReadSuiteAsync(suite, _mirror is null ? null : _now, cancellationToken));
        return suites;
    }

    /// <summary>What the suites are, in few characters: the same text, the same packages.</summary>
    public static string StateOf(IEnumerable<DebianSuite> suites) =>
        FolderNameOf(string.Join('\n', suites.Select(suite => suite.InRelease.ToString())));

    /// <summary>A name for some text that folders can have.</summary>
    public static string FolderNameOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>Locks a definition as the target <c>Lock</c> does, but for what upstream publishes.</summary>
    public Task<ImageLock> LockAsync(ImageDefinition definition, CancellationToken cancellationToken) =>
        new LockMaker(_repository, _mirror is null ? null : _now).MakeAsync(definition, null, cancellationToken);

    /// <summary>A package and all it depends on.</summary>
    public Task<IReadOnlyList<DebianPackage>> ClosureAsync(
        IReadOnlyList<DebianSuite> suites,
        string package,
        string architecture,
        CancellationToken cancellationToken
    ) => ClosureAsync(suites, [package], architecture, cancellationToken);

    /// <summary>Packages and all they depend on.</summary>
    public async Task<IReadOnlyList<DebianPackage>> ClosureAsync(
        IReadOnlyList<DebianSuite> suites,
        IReadOnlyList<string> packages,
        string architecture,
        CancellationToken cancellationToken
    )
    {
        List<PackageIndex> indexes = [];
        foreach (DebianSuite suite in suites)
            indexes.Add(await _repository.ReadPackagesAsync(suite, "main", architecture, cancellationToken));
        return
        [
            .. new DependencyResolver(indexes).Resolve([.. packages], withEssential: false).Packages.Select(resolved => resolved.Package),
        ];
    }

    /// <summary>The paths of packages in the cache, fetched when they are not there, in the same order.</summary>
    public async Task<IReadOnlyList<string>> FetchAsync(IReadOnlyList<DebianPackage> packages, CancellationToken cancellationToken)
    {
        string[] paths = new string[packages.Count];
        await Parallel.ForAsync(0, packages.Count, cancellationToken, async (i, token) =>
        {
            DebianPackage package = packages[i];
            WantedContent wanted = new()
            {
                What = package.ToString(),
                Digest = package.Digest,
                Size = package.Size,
            };
            paths[i] = await _download.FetchAsync(new DownloadItem(wanted, Mirror.Locate(package.Suite, package.Filename)), token);
        });
        return paths;
    }

    /// <summary>
    /// The path in the cache of one file of Debian's archive, from the snapshot of a time when no mirror has it any more.
    /// </summary>
    public Task<string> FetchAsync(LockedFile file, DateTimeOffset time, CancellationToken cancellationToken)
    {
        DebianMirror snapshot = DebianMirror.Snapshot(time);
        WantedContent wanted = new()
        {
            What = Path.GetFileName(file.Location),
            Digest = file.Digest,
            Size = file.Size,
        };
        return _download.FetchAsync(
            new DownloadItem(wanted, (_mirror?.Then(snapshot) ?? snapshot).Locate(file.Location)),
            cancellationToken
        );
    }

    /// <summary>The path in the cache of a locked package, or of its newest version when no mirror has the locked one any more.</summary>
    public async Task<string> FetchAsync(
        ImageLock imageLock,
        LockedPackage package,
        string architecture,
        CancellationToken cancellationToken
    )
    {
        LockedFile file = package.Files[architecture];
        DebianMirror snapshot = DebianMirror.Snapshot(imageLock.Timestamp);
        WantedContent wanted = new()
        {
            What = $"{package.Name} {package.Versions[architecture]}",
            Digest = file.Digest,
            Size = file.Size,
        };
        try
        {
            DownloadItem item = new(wanted, (_mirror?.Then(snapshot) ?? snapshot).Locate(file.Location));
            return await _download.FetchAsync(item, cancellationToken);
        }
        catch (DownloadException e) when (e.IsGone)
        {
            IReadOnlyList<DebianPackage> closure = await ClosureAsync(
                await SuitesAsync(cancellationToken),
                package.Name,
                architecture,
                cancellationToken
            );
            return (await FetchAsync([.. closure.Where(newest => newest.Name == package.Name)], cancellationToken)).Single();
        }
    }

    public void Dispose() => _transport.Dispose();
}
