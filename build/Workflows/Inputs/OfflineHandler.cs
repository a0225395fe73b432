using Slipway.Http;

namespace Slipway.Workflows;

/// <summary>The wire of a run that is to use none: every request is refused before a socket is opened.</summary>
internal sealed class OfflineHandler : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new RemoteException(
            RemoteFault.Protocol,
            $"{request.Method} {Redaction.Of(request.RequestUri!)}: not requested, because this run is --offline. Run the same command "
                + "without it, or name mirrors that are folders"
        );
}
