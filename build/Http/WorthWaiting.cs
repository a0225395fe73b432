using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Slipway.Http;

/// <summary>Tells what can succeed by waiting from what cannot, and why a connection failed.</summary>
internal static class WorthWaiting
{
    public static bool For(HttpStatusCode status) => RemoteException.FaultOf(status) == RemoteFault.TryAgain
        && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported);

    /// <summary>
    /// Resets and time-outs; not the resolver's definite "no such host" (a resolver that fails is worth a wait), nor a peer
    /// that cannot prove who it is.
    /// </summary>
    public static bool For(Exception failure) => failure is HttpRequestException or TimeoutException
        && failure.InnerException is not SocketException { SocketErrorCode: SocketError.HostNotFound }
        && FaultOf(failure) != RemoteFault.Untrusted;

    public static RemoteFault FaultOf(Exception failure) =>
        failure.InnerException is AuthenticationException ? RemoteFault.Untrusted : RemoteFault.TryAgain;

    /// <summary>The cause beneath, in words for people.</summary>
    public static string Reason(Exception failure)
    {
        string reason = failure.InnerException?.Message ?? failure.Message;
        return FaultOf(failure) != RemoteFault.Untrusted ? reason
            : reason.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal) ? "its certificate is for another name"
            : reason.Contains("NotTimeValid", StringComparison.Ordinal) ? "its certificate is over or not valid yet"
            : reason.Contains("UntrustedRoot", StringComparison.Ordinal) || reason.Contains("PartialChain", StringComparison.Ordinal)
                ? "its certificate comes from an authority that is not trusted here"
            : $"no TLS with it: {reason}";
    }
}
