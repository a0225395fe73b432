using System.Collections.Immutable;

namespace Slipway.Http;

/// <summary>
/// Sends each request by the handler of its host: hosts with a trust of their own have a handler, and so connections, of their own,
/// all others share one. What is trusted for one host, and who we are to it, thus never reaches another. Disposing disposes all.
/// </summary>
internal sealed class HostTrustHandler : HttpMessageHandler
{
    private readonly HttpMessageInvoker _others;
    private readonly ImmutableDictionary<string, HttpMessageInvoker> _hosts;

    /// <param name="others">The trust in every host that is not named.</param>
    /// <param name="hosts">By <c>HOST:PORT</c>.</param>
    public HostTrustHandler(HostTrust others, IEnumerable<KeyValuePair<string, HostTrust>> hosts)
    {
        _others = Invoker(others);
        _hosts = hosts.ToImmutableDictionary(host => host.Key, host => Invoker(host.Value), StringComparer.OrdinalIgnoreCase);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri address = request.RequestUri!;
        return _hosts.GetValueOrDefault($"{address.IdnHost}:{address.Port}", _others).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _others.Dispose();
            foreach (HttpMessageInvoker host in _hosts.Values)
                host.Dispose();
        }

        base.Dispose(disposing);
    }

    private static HttpMessageInvoker Invoker(HostTrust trust)
    {
        SocketsHttpHandler handler = HttpTransport.NewHandler();
        handler.SslOptions = trust.Options();
        return new HttpMessageInvoker(handler);
    }
}
