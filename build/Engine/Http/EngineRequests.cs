using System.Collections;
using System.Text.Json;
using Docker.DotNet;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Sends requests to one Engine, those of Docker.DotNet and those that it does not have, each once: what starts, builds or removes
/// something must not happen twice. Every failure comes out as an <see cref="EngineException"/> that names the Engine and the request.
/// Safe for concurrent use.
/// </summary>
internal sealed class EngineRequests : IDisposable
{
    private const int MaximumErrorSize = 16 * 1024;

    /// <summary>What an Engine may take its time for: it unpacks what it is sent while it reads it.</summary>
    private static readonly RetryPolicy Moving = new()
    {
        ResponseTimeLimit = TimeSpan.FromMinutes(5),
        RateWindow = TimeSpan.FromMinutes(5),
        Exchange = TimeSpan.FromDays(1),
    };

    private readonly HttpMessageInvoker _invoker;
    private readonly EngineFailures _failures;
    private readonly Uri _base;

    public EngineRequests(EngineAddress address, TimeProvider time)
    {
        Time = time;
        _failures = new EngineFailures(address);
        _base = EngineConnection.BaseOf(address);
        _invoker = new HttpMessageInvoker(EngineConnection.NewHandler(address));
    }

    /// <summary>The version that was agreed on; null before that, when none is asked for.</summary>
    public ApiVersion? Api { get; set; }

    public TimeProvider Time { get; }

    private string Prefix => Api is { } version ? $"v{version}/" : "";

    /// <summary>Lets Docker.DotNet ask.</summary>
    /// <param name="operation">What the Engine API calls it: <c>ImageInspect</c>.</param>
    /// <param name="limits">What holds for its answer.</param>
    /// <param name="ask">Asks once.</param>
    public async Task<T> AskAsync<T>(string operation, ResponseLimits limits, Func<DockerClient, Task<T>> ask)
    {
        using DockerClient client = EngineHandlerFactory.NewClient(this, _base, Api, limits);
        try
        {
            return await ask(client) ?? throw _failures.Broken(operation, "wanted a JSON value, got null");
        }
        catch (Exception e)
            when (e is JsonException or FormatException or OverflowException or ArgumentOutOfRangeException or InvalidOperationException
                || IsOfLibrary(e)
            )
        {
            // What its models and their converters throw at values that are none of theirs.
            throw _failures.Broken(
                operation,
                $"wanted a JSON {(typeof(T).IsAssignableTo(typeof(IEnumerable)) ? "list" : "object")} of its kind: {e.Message}",
                e
            );
        }
    }

    /// <summary>Whether Docker.DotNet's own code threw it: its converters throw kinds that say nothing of a response.</summary>
    private static bool IsOfLibrary(Exception e) =>
        e is not OperationCanceledException && e.Source == typeof(DockerClient).Assembly.GetName().Name;

    /// <summary>As above, where nothing is told but that it was done.</summary>
    public Task DoAsync(string operation, ResponseLimits limits, Func<DockerClient, Task> act) =>
        AskAsync(operation, limits, async client =>
        {
            await act(client);
            return true;
        });

    /// <summary>The response to a request that Docker.DotNet does not have; the caller disposes it.</summary>
    /// <exception cref="EngineException">There is no Engine, it went away, or it answers with an error.</exception>
    public async Task<HttpResponseMessage> SendAsync(EngineCall call, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(call.Method, new Uri(_base, call.Relative(Prefix))) { Content = call.Content };
        return await SendAsync(message, call.Limits, cancellationToken);
    }

    /// <summary>Hands a response's body over while it comes; the response stays the caller's.</summary>
    public async Task<T> ReadAsync<T>(
        EngineCall call,
        HttpResponseMessage response,
        Func<Stream, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await read(body);
        }
        catch (ContentException e)
        {
            throw _failures.Broken(call.ToString(), e.Message, e);
        }
    }

    /// <summary>Makes what is wanted of what an Engine answered.</summary>
    public T Understand<T>(string operation, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ContentException e)
        {
            throw _failures.Broken(operation, e.Message, e);
        }
    }

    /// <inheritdoc cref="EngineFailures.Refused"/>
    public EngineException Refused(string call, string message) => _failures.Refused(call, message);

    public void Dispose() => _invoker.Dispose();

    /// <summary>
    /// The response, once its headers are there, within its limits and when its status is one of success; the request stays the caller's.
    /// Whoever reads the response's body gets an <see cref="EngineException"/> when it breaks off.
    /// </summary>
    internal async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message,
        ResponseLimits limits,
        CancellationToken cancellationToken
    )
    {
        // Without query, which may hold values of build arguments.
        string path = message.RequestUri!.AbsolutePath[1..],
            call = $"{message.Method} {(path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : path)}";
        message.Headers.UserAgent.Clear();
        message.Headers.UserAgent.ParseAdd("slipway");
        if (message.Content is { } content)
            message.Content = new PacedContent(content, Moving, Time, new Exchange(Moving, Time));
        // An Engine that refuses a large upload may do so before all of it was sent.
        HttpResponseMessage response = await TranslateAsync(
            call,
            () => InTimeAsync(call, limits, "no response", stop => _invoker.SendAsync(message, stop), cancellationToken),
            cancellationToken
        );
        if (!response.IsSuccessStatusCode)
        {
            using (response)
                throw _failures.Refusal(
                    call,
                    response.StatusCode,
                    await WholeAsync(
                        call,
                        response,
                        ResponseLimits.Small with
                        {
                            Size = MaximumErrorSize,
                            TimeLimit = limits.TimeLimit ?? ResponseLimits.Small.TimeLimit,
                        },
                        cancellationToken
                    )
                );
        }

        if (limits.Moves)
            response.Content = new TimeoutContent(response.Content, Moving, Time, new Exchange(Moving, Time));
        response.Content = limits.Size is null
            ? await StreamAsync(call, response, limits, cancellationToken)
            : new ReadOnlyMemoryContent(await SmallAsync(call, response, limits, cancellationToken));
        return response;
    }

    private async Task<ReadOnlyMemory<byte>> SmallAsync(
        string call,
        HttpResponseMessage response,
        ResponseLimits limits,
        CancellationToken cancellationToken
    )
    {
        using HttpContent content = response.Content;
        ReadOnlyMemory<byte> body = await WholeAsync(call, response, limits, cancellationToken);
        return body.Length <= limits.Size ? body : throw _failures.Broken(call, $"its response is larger than {limits.Size} bytes");
    }

    private async Task<StreamContent> StreamAsync(
        string call,
        HttpResponseMessage response,
        ResponseLimits limits,
        CancellationToken cancellationToken
    )
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (limits.IsMessages)
            body = new MessageStream(body, error => _failures.Refused(call, error));
        return new StreamContent(new ResponseStream(body, (read, stop) => TranslateAsync(call, read, stop)));
    }

    private Task<ReadOnlyMemory<byte>> WholeAsync(
        string call,
        HttpResponseMessage response,
        ResponseLimits limits,
        CancellationToken cancellationToken
    ) =>
        TranslateAsync(
            call,
            () =>
                InTimeAsync(
                    call,
                    limits,
                    "no end of its response",
                    stop => BoundedBody.ReadAsync(response, limits.Size!.Value, stop),
                    cancellationToken
                ),
            cancellationToken
        );

    private async Task<T> InTimeAsync<T>(
        string call,
        ResponseLimits limits,
        string what,
        Func<CancellationToken, Task<T>> act,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = new(limits.TimeLimit ?? Timeout.InfiniteTimeSpan, Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await act(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw _failures.Late(call, what, limits.TimeLimit!.Value);
        }
    }

    private async Task<T> TranslateAsync<T>(string call, Func<Task<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (ContentException e) when (e.InnerException is not IOException)
        {
            throw _failures.Broken(call, e.Message, e);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException
                && !cancellationToken.IsCancellationRequested
            )
        {
            throw _failures.Lost(call, e, isFirst: Api is null);
        }
    }
}
