using System.Net.Http.Headers;
using System.Text;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Builds an image from a Dockerfile. Docker Engines do it with BuildKit: one request is enough as long as every base image is
/// local, and it knows platforms, which the classic builder of 20.10 does not. Podman builds its own way.
/// </summary>
internal sealed class ImageBuild(EngineRequests requests, bool isPodman)
{
    private static readonly TimeSpan CancelTimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The host by which an Engine's own BuildKit reads what it was sent. That of Engine 26 with containerd's store looks for it on the
    /// network.
    /// </summary>
    private const string LostContext = "lookup build-context-";

    private const string TooOld =
        "this old Engine keeps images with containerd and cannot build from a context that is sent in one request. Update it to 28, or "
        + "disable its feature containerd-snapshotter";

    /// <returns>The image's id.</returns>
    public async Task<string> BuildAsync(BuildRequest request, Action<string> log, CancellationToken cancellationToken)
    {
        string id = $"slipway-{Guid.NewGuid():n}";
        EngineCall call = CallOf(request, id);
        BuildProgress progress = new(log);
        try
        {
            using HttpResponseMessage response = await requests.SendAsync(call, cancellationToken);
            await requests.ReadAsync(call, response, body => FollowAsync(progress, body, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(id);
            throw;
        }

        if (progress.Error is { } error)
            throw requests.Refused(call.ToString(), error.Contains(LostContext, StringComparison.Ordinal) ? TooOld : error);
        return progress.Image ?? throw requests.Refused(call.ToString(), "it ended without an image and without an error");
    }

    private EngineCall CallOf(BuildRequest request, string id)
    {
        StreamContent context = new(new WrittenStream(request.WriteContextAsync))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") },
        };
        EngineCall call = (EngineCall.Post("build") with { Content = context })
            .With("dockerfile", request.Dockerfile)
            .With("platform", request.Platform.ToString())
            .With(
                "networkmode",
                request.Network switch
                {
                    ContainerNetwork.None => "none",
                    ContainerNetwork.Host => "host",
                    _ => "default",
                }
            )
            .With("buildargs", Map(request.Arguments))
            .With("labels", Map(request.Labels))
            .With("rm", "1")
            .With("forcerm", "1");
        foreach (Reference name in request.Names)
            call = call.With("t", name.ToString());
        if (request.Target is not null)
            call = call.With("target", request.Target);
        if (request.IgnoresCache)
            call = call.With("nocache", "1");
        return isPodman ? call : call.With("version", "2").With("buildid", id);
    }

    private static async Task<BuildProgress> FollowAsync(BuildProgress progress, Stream body, CancellationToken cancellationToken)
    {
        await foreach (EngineMessage message in EngineMessages.ReadAsync(body, cancellationToken))
            progress.Receive(message);
        return progress;
    }

    /// <summary>A build whose client is gone may go on for a while; nothing is thrown when it cannot be told to end.</summary>
    private async Task CancelAsync(string id)
    {
        using CancellationTokenSource limit = new(CancelTimeLimit, requests.Time);
        try
        {
            EngineCall call = (EngineCall.Post("build/cancel") with { Limits = ResponseLimits.Small }).With("id", id);
            (await requests.SendAsync(call, limit.Token)).Dispose();
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            // The connection is closed, which ends it as well.
        }
    }

    private static string Map(IEnumerable<KeyValuePair<string, string>> map) =>
        Encoding.UTF8.GetString(
            OciJson.Write(writer =>
            {
                writer.WriteStartObject();
                foreach ((string key, string value) in map)
                    writer.WriteString(key, value);
                writer.WriteEndObject();
            })
        );
}
