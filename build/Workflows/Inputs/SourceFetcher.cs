using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Sigstore;
using Slipway.Trust;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>What brings inputs in, made from the command line once for a run: the wire, the cache, the mirrors.</summary>
internal sealed class SourceFetcher : IDisposable
{
    private readonly HttpTransport _transport;
    private readonly OriginReader _reader;
    private readonly DebianMirror? _debian;
    private readonly DebianMirror? _named;
    private readonly string _keyring;
    private readonly UpstreamSignatureLog _log;
    private readonly IDisposable? _use;

    /// <param name="workspace">Where the cache and the keyring are.</param>
    /// <param name="log">Is told of every wait.</param>
    /// <exception cref="ArgumentException">A mirror is neither a folder nor an address.</exception>
    public SourceFetcher(Workspace workspace, SourceOptions options, Action<string> log, TimeProvider time)
    {
        RequireFolder("--upstream-mirror", options.UpstreamMirror);
        RequireFolder("--debian-mirror", options.DebianMirror);
        Time = time;
        HasUpstreamMirror = options.UpstreamMirror is not null;
        Upstream = options.UpstreamMirror is null ? UpstreamMirror.None : UpstreamMirror.At(options.UpstreamMirror);
        _named = options.DebianMirror is null ? null : DebianMirror.At(options.DebianMirror);
        _debian = _named ?? DebianMirror.Of(AptConfiguration.Read("/"));
        _keyring = workspace.Keyring;
        HttpMessageHandler handler = options.IsOffline ? new OfflineHandler() : HttpTransport.NewHandler();
        _transport = new HttpTransport(handler, options.RetryPolicy, time, log);
        _reader = new OriginReader(_transport, options.RetryPolicy, time);
        CacheFolder = workspace.Cache;
        Cache = new ContentCache(workspace.Cache, time);
        Download = new Download(_reader, Cache);
        IsOffline = options.IsOffline;
        _log = new UpstreamSignatureLog(options.IsOffline, _transport, options.ReadTrustedRoot);
        _use = Cache.Use();
    }

    public TimeProvider Time { get; }

    public ContentCache Cache { get; }

    public string CacheFolder { get; }

    /// <summary>The keys that a suite must be signed by one of, as fingerprints.</summary>
    public IReadOnlyCollection<string> SuiteKeys { get; init; } = ArchiveKeys.Debian;

    /// <summary>The wire that all of this uses; none where the run is offline.</summary>
    public HttpTransport Transport => _transport;

    public OriginReader Reader => _reader;

    public Download Download { get; }

    public UpstreamMirror Upstream { get; }

    public bool HasUpstreamMirror { get; }

    /// <summary>Whether the cache alone is to be used.</summary>
    public bool IsOffline { get; }

    /// <summary>
    /// Where locked packages may be had: the configured mirror, then Debian's snapshot archive at the lock's time and a
    /// day later, since it takes in a suite some hours after that is dated.
    /// </summary>
    public DebianMirror DebianAt(ImageLock imageLock)
    {
        DebianMirror snapshot = DebianMirror.Snapshot(imageLock.Timestamp).Then(DebianMirror.Snapshot(imageLock.Timestamp.AddDays(1)));
        return _debian?.Then(snapshot) ?? snapshot;
    }

    /// <summary>
    /// Where apt in a container reads packages: what the command line names, else the snapshot archive, never what this machine alone can
    /// reach.
    /// </summary>
    public DebianMirror DebianForEngine(ImageLock imageLock) =>
        _named ?? DebianMirror.Snapshot(imageLock.Timestamp).Then(DebianMirror.Snapshot(imageLock.Timestamp.AddDays(1)));

    /// <summary>Locks from the configured mirror as it is now, else from the snapshot archive's newest state.</summary>
    public LockMaker NewLockMaker()
    {
        DateTimeOffset now = Time.GetUtcNow();
        Gpgv gpgv = new(_keyring, SuiteKeys);
        DebianRepository repository = new(_reader, Download, gpgv, _debian ?? DebianMirror.Snapshot(now));
        return new LockMaker(repository, _debian is null ? null : now);
    }

    /// <summary>Asks upstream's channels, read where its files are.</summary>
    /// <param name="releases">Lists GitHub's releases.</param>
    public VersionSource NewVersionSource(IReleaseList releases) => new(_reader, Upstream, releases);

    /// <summary>Writes new versions into definitions, with what upstream publishes about them.</summary>
    public DefinitionUpdate NewDefinitionUpdate() => new(new PublishedChecksum(_reader, Upstream), Upstream);

    /// <summary>
    /// Judges the signatures that upstream publishes, read where its files are; <paramref name="log"/> is told of every finding.
    /// </summary>
    /// <param name="acceptUnsignedUnsafe">Whether a new lock may have files without a signature that holds.</param>
    public UpstreamSignatures Signatures(Action<string> log, bool acceptUnsignedUnsafe = false) =>
        new(new PublishedSignature(_reader, Upstream), Cache, _log, log) { AcceptUnsignedUnsafe = acceptUnsignedUnsafe };

    /// <summary>
    /// The steps that bring upstream's files and what is known of their signatures into a new lock; <paramref name="log"/> is told of what
    /// cannot be had. Where no host may be asked and no mirror stands in for them, the lock stays as it is.
    /// </summary>
    public async Task<ImageLock> WithUpstreamAsync(
        ImageDefinition definition,
        ImageLock made,
        bool acceptUnsignedUnsafe,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        if (IsOffline && !HasUpstreamMirror)
        {
            log($"{definition.Name}: --offline: upstream's hosts were not queried, so its files are unconfirmed");
            return made;
        }

        PublishedChecksum published = new(_reader, Upstream);
        UpstreamConfirmation confirmation = new(Download, Upstream, HasUpstreamMirror, published, log);
        OptionalUpstream optional = new(Download, Upstream, HasUpstreamMirror, published, log);
        ImageLock had = await optional.FindAsync(
            definition,
            await confirmation.ConfirmAsync(definition, made, cancellationToken),
            cancellationToken
        );
        return await Signatures(log, acceptUnsignedUnsafe).JudgeAsync(definition, had, cancellationToken);
    }

    /// <summary>A folder that is mistyped is wrong use, not a file that a mirror lacks.</summary>
    private static void RequireFolder(string option, string? mirror)
    {
        string? folder =
            mirror is null ? null
            : !mirror.Contains("://", StringComparison.Ordinal) ? mirror
            : Uri.TryCreate(mirror, UriKind.Absolute, out Uri? address) && address.IsFile ? address.LocalPath
            : null;
        if (folder is not null && !Directory.Exists(folder))
            throw new ArgumentException($"{option} {folder}: folder not found");
    }

    public void Dispose()
    {
        _transport.Dispose();
        _use?.Dispose();
    }
}

/// <summary>Where inputs come from, as the command line says it.</summary>
internal sealed record SourceOptions
{
    /// <summary>A folder or URL that has upstream's hosts below it; null reads the hosts themselves.</summary>
    public string? UpstreamMirror { get; init; }

    /// <summary>The parent of <c>debian/</c> and <c>debian-security/</c>; null asks the host's apt configuration.</summary>
    public string? DebianMirror { get; init; }

    /// <summary>Whether no host may be asked for anything.</summary>
    public bool IsOffline { get; init; }

    public RetryPolicy RetryPolicy { get; init; } = new();

    /// <summary>Reads whose signatures of upstream's files are believed.</summary>
    public Func<CancellationToken, Task<TrustedRoot>> ReadTrustedRoot { get; init; } = new SigstoreInstance().ReadRootAsync;
}
