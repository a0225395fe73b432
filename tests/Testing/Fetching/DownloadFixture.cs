using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Testing;

/// <summary>A scratch folder, a cache in it and the clients over real sockets, with a retry policy whose waits are short.</summary>
internal sealed class DownloadFixture : IDisposable
{
    private readonly HttpTransport _transport;

    public DownloadFixture()
    {
        Folder = Directory.CreateTempSubdirectory("slipway-tests-").FullName;
        RetryPolicy = new RetryPolicy
        {
            Attempts = 3,
            FirstWait = TimeSpan.FromMilliseconds(1),
            LongestWait = TimeSpan.FromMilliseconds(2),
        };
        _transport = new HttpTransport(HttpTransport.NewHandler(), RetryPolicy, TimeProvider.System, _ => { });
        Reader = new OriginReader(_transport, RetryPolicy, TimeProvider.System);
        Cache = new ContentCache(CacheFolder, TimeProvider.System);
        Download = new Download(Reader, Cache);
    }

    public string Folder { get; }

    public string CacheFolder => Path.Combine(Folder, "cache");

    public RetryPolicy RetryPolicy { get; }

    public OriginReader Reader { get; }

    public ContentCache Cache { get; }

    public Download Download { get; }

    /// <summary>What the cache keeps, complete or not; its lock files are no content.</summary>
    public string[] CachedFiles =>
        Directory.Exists(CacheFolder)
            ?
            [
                .. Directory
                    .GetFiles(CacheFolder, "*", SearchOption.AllDirectories)
                    .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "locks"),
            ]
            : [];

    /// <summary>Where the cache keeps the beginning of a content.</summary>
    public string PartOf(Digest digest) => Path.Combine(CacheFolder, "unfinished", $"{digest.Algorithm}-{digest.Hex}.part");

    public void Dispose()
    {
        _transport.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
