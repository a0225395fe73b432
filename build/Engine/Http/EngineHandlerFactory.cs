using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Slipway.Engine;

/// <summary>
/// The one way of Docker.DotNet to an Engine: its requests go to an <see cref="EngineRequests"/>, its answers come within limits. Its own
/// ways to a network, its search for an Engine, its TLS and its logger have no part in it.
/// </summary>
internal sealed class EngineHandlerFactory(EngineRequests requests) : IDockerHandlerFactory<ResponseLimits>
{
    /// <summary>
    /// A client of the library; disposing it leaves the wire open. It costs next to nothing: the connections are the wire's.
    /// </summary>
    /// <param name="address">What requests are addressed to.</param>
    /// <param name="version">The version that it asks for; null for none.</param>
    /// <param name="limits">What holds for every answer.</param>
    public static DockerClient NewClient(EngineRequests requests, Uri address, ApiVersion? version, ResponseLimits limits)
    {
        ClientOptions options = new()
        {
            Endpoint = address,
            ApiVersion = version is { } agreed ? new Version(agreed.Major, agreed.Minor) : null,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        return new DockerClientBuilder<ResponseLimits>(new EngineHandlerFactory(requests), limits, options, NullLogger.Instance).Build();
    }

    public ResolvedTransport CreateHandler(ResponseLimits transportOptions, ResolvedClientOptions clientOptions, ILogger logger) =>
        new(new Handler(requests, transportOptions), clientOptions.Endpoint);

    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) =>
        CreateHandler(ResponseLimits.Small, clientOptions, logger);

    /// <summary>Nothing that is asked here takes its connection over.</summary>
    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) => throw new NotSupportedException();

    private sealed class Handler(EngineRequests requests, ResponseLimits limits) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            requests.SendAsync(request, limits, cancellationToken);
    }
}
