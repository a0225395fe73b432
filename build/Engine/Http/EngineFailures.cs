using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Puts into words what goes wrong with one Engine: every message names it and the request.</summary>
internal sealed class EngineFailures(EngineAddress address)
{
    /// <summary>An error that the Engine told, inside of a response that began well.</summary>
    public EngineException Refused(string call, string message) =>
        new(RemoteFault.Protocol, $"{address}: {call}: {Printable.EndsOf(message)}") { IsResponse = true };

    /// <summary>A response that is none.</summary>
    public EngineException Broken(string call, string problem, Exception? cause = null) =>
        new(RemoteFault.Protocol, $"{address}: {call}: {Printable.Of(problem)}", cause) { IsResponse = true };

    /// <param name="what">What did not come: <c>no answer</c>.</param>
    public EngineException Late(string call, string what, TimeSpan limit) =>
        new(RemoteFault.TryAgain, $"{address}: {call}: {what} within {limit.TotalSeconds:0} s");

    /// <summary>A response whose status says that it was not done.</summary>
    /// <param name="body">As far as it was read.</param>
    public EngineException Refusal(string call, HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        string said;
        try
        {
            said = OciJson.Read(body, "error", root => root.OptionalString("message") ?? "");
        }
        catch (ContentException)
        {
            said = "";
        }

        // 500 is what an Engine answers to most of what it cannot do, and will not be able to do next time either.
        RemoteFault fault = status == HttpStatusCode.InternalServerError ? RemoteFault.Protocol : RemoteException.FaultOf(status);
        return new EngineException(fault, $"{address}: {call}: {(int)status}{(said.Length > 0 ? " " + Printable.EndsOf(said.Trim()) : "")}")
        {
            IsResponse = true,
        };
    }

    /// <summary>
    /// A connection that cannot be made or that broke; what broke on this side, in what was to be sent, is thrown as it is.
    /// </summary>
    /// <param name="isFirst">Whether the Engine never answered before.</param>
    public EngineException Lost(string call, Exception failure, bool isFirst)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is UploadException { InnerException: { } fault })
                ExceptionDispatchInfo.Throw(fault);
        }

        Exception root = failure;
        while (root.InnerException is not null)
            root = root.InnerException;
        bool never =
            failure is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
            };
        RemoteFault kind =
            root is SocketException { SocketErrorCode: SocketError.AccessDenied } ? RemoteFault.Refused
            : failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            || TransientFault.FaultOf(failure) == RemoteFault.Untrusted
                ? RemoteFault.Untrusted
            : never && isFirst ? RemoteFault.NotFound
            : RemoteFault.TryAgain;
        // Engines of an older Go say the same of a certificate that they do not get as of a wrong one.
        string why =
            TransientFault.FaultOf(failure) != RemoteFault.Untrusted ? root.Message
            : failure.InnerException is not AuthenticationException && address.Tls is { Identity: null }
                ? "it requires a client certificate"
            : TransientFault.Reason(failure);
        string what =
            kind is RemoteFault.TryAgain
                ? $"{address}: {call}: the connection to the Engine broke: {why}"
                : $"{address} ({address.Origin}): {why}";
        return new EngineException(kind, what, failure);
    }
}
