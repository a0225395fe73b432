using System.Text.Json;
using Docker.DotNet.Models;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Runs one container: create, attach, start, wait. Whatever ends it, the container is gone afterwards, or as soon as the Engine
/// that went away is back.
/// </summary>
/// <param name="removesItself">
/// Whether the Engine is told to remove the container when it ends: Docker does so even after it was killed. Podman leaves that to a
/// process beside the container, and whoever waits for it may wait for ever.
/// </param>
internal sealed class ContainerRun(EngineRequests requests, bool removesItself, Action<string> log)
{
    private static readonly TimeSpan RemovalTimeLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RegistrationTimeLimit = TimeSpan.FromSeconds(2);

    private const int LongestResponse = 64 * 1024;

    /// <summary>Whatever it does, with the volumes that it has for itself.</summary>
    internal static ContainerRemoveParameters ByForce => new() { Force = true, RemoveVolumes = true };

    private readonly string _name = $"slipway-{Guid.NewGuid():n}";

    public async Task<ContainerResult> RunAsync(
        ContainerSpec spec,
        Action<OutputChannel, ReadOnlyMemory<byte>> receive,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = new(spec.TimeLimit, requests.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        bool done = false;
        try
        {
            await CreateAsync(spec, either.Token);
            int code = await FollowAsync(receive, either.Token);
            done = removesItself;
            return new ContainerResult(code);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new ContainerResult(137, IsTimedOut: true);
        }
        finally
        {
            if (!done)
                await RemoveAsync();
        }
    }

    private async Task CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        CreateContainerParameters parameters = spec.ToParameters(
            _name,
            OwnershipLabel.Labels(requests.Time, spec.TimeLimit),
            removesItself
        );
        await requests.AskAsync("ContainerCreate", ResponseLimits.Small, docker =>
            docker.Containers.CreateContainerAsync(parameters, cancellationToken)
        );
    }

    private async Task<int> FollowAsync(Action<OutputChannel, ReadOnlyMemory<byte>> receive, CancellationToken cancellationToken)
    {
        // Both before the start: a short program is over before anybody could ask.
        EngineCall attach = EngineCall.Post($"containers/{_name}/attach").With("stream", "1").With("stdout", "1").With("stderr", "1");
        EngineCall wait = EngineCall.Post($"containers/{_name}/wait").With("condition", removesItself ? "removed" : "not-running");
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using HttpResponseMessage attached = await requests.SendAsync(attach, rest.Token);
        Task output = requests.ReadAsync(attach, attached, body => FramesAsync(body, receive, rest.Token), rest.Token);
        Task<HttpResponseMessage>? waiting = removesItself ? requests.SendAsync(wait, rest.Token) : null;
        try
        {
            // It answers as soon as it waits, and again when it is over.
            if (waiting is not null)
                await Task.WhenAny(waiting, Task.Delay(RegistrationTimeLimit, requests.Time, rest.Token));
            await requests.DoAsync("ContainerStart", ResponseLimits.Small, docker =>
                docker.Containers.StartContainerAsync(_name, null, cancellationToken)
            );
            waiting ??= requests.SendAsync(wait, rest.Token);
            // Output that cannot be read ends the run: the container would wait for its reader for ever.
            await output;
            using HttpResponseMessage ended = await waiting;
            return await requests.ReadAsync(wait, ended, async body => ReadCode(wait, await BoundedAsync(body, rest.Token)), rest.Token);
        }
        finally
        {
            await rest.CancelAsync();
            await Task.WhenAll([output, .. waiting is null ? Enumerable.Empty<Task>() : [waiting]])
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (waiting is { IsCompletedSuccessfully: true })
                (await waiting).Dispose();
        }
    }

    private int ReadCode(EngineCall wait, byte[] json) =>
        OciJson.Read(json, "its response", root =>
            root.TryGetProperty("Error", out JsonElement error)
            && error.ValueKind == JsonValueKind.Object
            && error.OptionalString("Message") is { Length: > 0 } message
                ? throw requests.Refused(wait.ToString(), message)
                : root.RequiredInt("StatusCode")
        );

    private static async Task<bool> FramesAsync(
        Stream body,
        Action<OutputChannel, ReadOnlyMemory<byte>> receive,
        CancellationToken cancellationToken
    )
    {
        await OutputFrames.ReadAsync(body, receive, cancellationToken);
        return true;
    }

    private static async Task<byte[]> BoundedAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] response = new byte[LongestResponse];
        return response[..await body.ReadAtLeastAsync(response, response.Length, throwOnEndOfStream: false, cancellationToken)];
    }

    /// <summary>
    /// Also when its making was never confirmed, since its name is ours. Nothing is thrown: what ended the run is worth more.
    /// </summary>
    private async Task RemoveAsync()
    {
        using CancellationTokenSource limit = new(RemovalTimeLimit, requests.Time);
        try
        {
            await requests.DoAsync("ContainerDelete", ResponseLimits.Small, docker =>
                docker.Containers.RemoveContainerAsync(_name, ByForce, limit.Token)
            );
        }
        catch (EngineException e)
            when (e is { Fault: RemoteFault.NotFound, IsResponse: true }
                || e.Message.Contains("already in progress", StringComparison.Ordinal)
            )
        {
            // It is gone, or going.
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            log($"container {_name} could not be removed; the Engine or a later run will remove it");
        }
    }
}
