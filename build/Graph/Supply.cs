using Slipway.Http;
using Slipway.Sources;

namespace Slipway.Graph;

/// <summary>What brings inputs in, made from the command line once for a run: the wire, the cache, the mirrors.</summary>
internal sealed class Supply : IDisposable
{
    private readonly HttpTransport _transport;

    /// <param name="workspace">Where the cache and the keyring are.</param>
    /// <param name="upstreamMirror">A folder or URL; null reads the hosts themselves.</param>
    /// <param name="debianMirror">The parent of debian/ and debian-security/; null asks the host's apt configuration.</param>
    /// <param name="notice">Is told of every wait.</param>
    public Supply(Workspace workspace, string? upstreamMirror, string? debianMirror, Action<string> notice)
    {
        Upstream = upstreamMirror is null ? UpstreamMirror.None : UpstreamMirror.At(upstreamMirror);
        HasUpstreamMirror = upstreamMirror is not null;
        _transport = new HttpTransport(HttpTransport.NewHandler(), new Patience(), TimeProvider.System, notice);
        Reader = new OriginReader(_transport, new Patience(), TimeProvider.System);
        Cache = new ContentCache(workspace.Cache, TimeProvider.System);
        Download = new Download(Reader, Cache);
        Debian = DebianMirror.From(debianMirror, "/");
    }

    public ContentCache Cache { get; }

    public OriginReader Reader { get; }

    public Download Download { get; }

    public UpstreamMirror Upstream { get; }

    public bool HasUpstreamMirror { get; }

    public DebianMirror Debian { get; }

    public void Dispose() => _transport.Dispose();
}
