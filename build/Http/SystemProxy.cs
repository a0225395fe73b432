using System.Net;

namespace Slipway.Http;

/// <summary>
/// The system's proxy, but never for this machine: the environment's <c>http_proxy</c> alone would send a rehearsal's
/// requests, passwords included, to the proxy.
/// </summary>
internal sealed class SystemProxy : IWebProxy
{
    private readonly IWebProxy _system;

    public SystemProxy(IWebProxy system)
    {
        _system = system;
    }

    public ICredentials? Credentials
    {
        get => _system.Credentials;
        set => _system.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => Loopback.Is(destination) ? null : _system.GetProxy(destination);

    public bool IsBypassed(Uri host) => Loopback.Is(host) || _system.IsBypassed(host);
}
