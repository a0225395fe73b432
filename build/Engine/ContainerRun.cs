using System.Net.Http.Headers;
using System.Text.Json;
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
internal sealed class ContainerRun(EngineWire wire, bool removesItself, Action<string> notice)
{
    private static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RegistrationPatience = TimeSpan.FromSeconds(2);

    private const int LongestAnswer = 64 * 1024;

    private readonly string _name = $"slipway-{Guid.NewGuid():n}";

    public async Task<ContainerResult> RunAsync(
        ContainerSpec spec, Action<OutputChannel, ReadOnlyMemory<byte>> receive, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(spec.TimeLimit, wire.Time);
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
        EngineCall call = EngineCall.Post("containers/create").With("name", _name) with { Content = Json(spec.ToBytes(OwnMark.Labels(wire.Time, spec.TimeLimit), removesItself)) };
        if (spec.Platform is { } platform)
            call = call.With("platform", platform.ToString());
        await wire.AskAsync(call, cancellationToken);
    }

    private async Task<int> FollowAsync(Action<OutputChannel, ReadOnlyMemory<byte>> receive, CancellationToken cancellationToken)
    {
        // Both before the start: a short program is over before anybody could ask.
        EngineCall attach = (EngineCall.Post($"containers/{_name}/attach") with { Patience = null }).With("stream", "1").With("stdout", "1").With("stderr", "1");
        EngineCall wait = (EngineCall.Post($"containers/{_name}/wait") with { Patience = null }).With("condition", removesItself ? "removed" : "not-running");
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using HttpResponseMessage attached = await wire.SendAsync(attach, rest.Token);
        Task output = wire.ReadAsync(attach, attached, body => OutputFrames.ReadAsync(body, receive, rest.Token), rest.Token);
        Task<HttpResponseMessage>? waiting = removesItself ? wire.SendAsync(wait, rest.Token) : null;
        try
        {
            // It answers as soon as it waits, and again when it is over.
            if (waiting is not null)
                await Task.WhenAny(waiting, Task.Delay(RegistrationPatience, wire.Time, rest.Token));
            await wire.AskAsync(EngineCall.Post($"containers/{_name}/start"), cancellationToken);
            waiting ??= wire.SendAsync(wait, rest.Token);
            // Output that cannot be read ends the run: the container would wait for its reader for ever.
            await output;
            using HttpResponseMessage ended = await waiting;
            int code = 0;
            await wire.ReadAsync(wait, ended, async body => code = ReadCode(wait, await BoundedAsync(body, rest.Token)), rest.Token);
            return code;
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

    private int ReadCode(EngineCall wait, byte[] json) => wire.Understand(wait, () => OciJson.Read(json, "its answer", root =>
        root.TryGetProperty("Error", out JsonElement error) && error.ValueKind == JsonValueKind.Object && error.OptionalString("Message") is { Length: > 0 } message
            ? throw wire.Refused(wait, message)
            : root.RequiredInt("StatusCode")));

    private static async Task<byte[]> BoundedAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[LongestAnswer];
        return answer[..await body.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken)];
    }

    /// <summary>Also when its making was never confirmed, since its name is ours. Nothing is thrown: what ended the run is worth more.</summary>
    private async Task RemoveAsync()
    {
        using CancellationTokenSource patience = new(RemovalPatience, wire.Time);
        try
        {
            await wire.AskAsync(EngineCall.Delete($"containers/{_name}").With("force", "1").With("v", "1"), patience.Token);
        }
        catch (EngineException e) when (e is { Fault: RemoteFault.NotFound, IsAnswer: true } || e.Message.Contains("already in progress", StringComparison.Ordinal))
        {
            // It is gone, or going.
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            notice($"container {_name} could not be removed; the Engine does so when it starts again, or a later run");
        }
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
