using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Slipway.Http;

/// <summary>Tells what can succeed by waiting from what cannot, and why a connection failed.</summary>
public static class TransientFault
{
    /// <summary>Whether a response of that status may be another one later.</summary>
    public static bool For(HttpStatusCode status) => RemoteException.FaultOf(status) == RemoteFault.TryAgain;

    /// <summary>
    /// Resets and time-outs; not the resolver's definite "no such host" (a resolver that fails is worth a wait), nor a peer
    /// that cannot prove who it is.
    /// </summary>
    public static bool For(Exception failure) =>
        failure is HttpRequestException or TimeoutException
        && failure.InnerException is not SocketException { SocketErrorCode: SocketError.HostNotFound }
        && FaultOf(failure) != RemoteFault.Untrusted;

    /// <summary>
    /// <see cref="RemoteFault.Untrusted"/> where TLS failed by what one side is, else <see cref="RemoteFault.TryAgain"/>.
    /// </summary>
    public static RemoteFault FaultOf(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.InnerException is AuthenticationException || IsAlert(failure, "certificate") || IsAlert(failure, "unknown ca")
            ? RemoteFault.Untrusted
            : RemoteFault.TryAgain;
    }

    /// <summary>The cause beneath, in words for people.</summary>
    public static string Reason(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string reason = failure.InnerException?.Message ?? failure.Message;
        return FaultOf(failure) != RemoteFault.Untrusted ? reason
            : reason.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal) ? "its certificate is for another name"
            : reason.Contains("NotTimeValid", StringComparison.Ordinal) ? "its certificate is over or not valid yet"
            : reason.Contains("UntrustedRoot", StringComparison.Ordinal) || reason.Contains("PartialChain", StringComparison.Ordinal)
                ? "its certificate comes from an authority that is not trusted here"
            : IsAlert(failure, "certificate required") ? "it requires a client certificate"
            : failure.InnerException is not AuthenticationException ? "it does not take our certificate"
            : $"no TLS with it: {reason}";
    }

    /// <summary>What a peer that ends the handshake says of it (RFC 8446, section 6.2), in the words of the TLS library.</summary>
    private static bool IsAlert(Exception failure, string about)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            int alert = cause.Message.IndexOf(" alert ", StringComparison.Ordinal);
            if (alert >= 0 && cause.Message.IndexOf(about, alert, StringComparison.Ordinal) >= 0)
                return true;
        }

        return false;
    }
}
