using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;

namespace Slipway.Registry;

/// <summary>
/// One registry on the wire: adds the Authorization (to its own origin only), answers one 401 by authenticating and
/// repeating, and follows redirects of GET and HEAD. Safe for concurrent use.
/// </summary>
internal sealed class Endpoint
{
    private const int MaximumRedirects = 5;
    private const int MaximumErrorSize = 16 * 1024;

    private readonly HttpTransport _transport;
    private readonly IAuthenticator _authenticator;
    private readonly Uri _named;
    private readonly LoopbackScheme? _scheme;

    /// <param name="address">Where it is, or, by https, where it may be.</param>
    /// <param name="scheme">Finds out whether it speaks TLS; null when the address says it.</param>
    public Endpoint(Uri address, HttpTransport transport, IAuthenticator authenticator, LoopbackScheme? scheme = null)
    {
        Address = _named = address;
        _transport = transport;
        _authenticator = authenticator;
        _scheme = scheme;
    }

    /// <summary>
    /// What <c>v2/</c> is appended to; by plain http from when a registry on this machine has shown that it speaks no TLS.
    /// </summary>
    public Uri Address { get; private set; }

    /// <summary>The response, whatever its status; the caller judges and disposes it.</summary>
    /// <exception cref="RegistryException">No usable answer, or one that leads where we do not go.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        bool repeated = false;
        Exchange exchange = request.Exchange ?? _transport.Begin();
        await SettleAsync(cancellationToken);
        for (int redirects = 0; ; )
        {
            (HttpResponseMessage response, AuthenticationHeaderValue? used) = await AttemptAsync(request, exchange, cancellationToken);
            try
            {
                Uri sentTo = response.RequestMessage!.RequestUri!;
                if (response.StatusCode == HttpStatusCode.Unauthorized && !repeated && Location.SameOrigin(sentTo, Address))
                {
                    repeated = true;
                    if (
                        !await _authenticator.ChallengedAsync(response, request, used, cancellationToken)
                        && !(used is null && await FindChallengeAsync(request, response, exchange, cancellationToken))
                    )
                        return response;
                }
                else if (IsRedirect(response.StatusCode) && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head))
                {
                    Uri next = Next(request, response);
                    if (++redirects > MaximumRedirects)
                        throw Broken(request, $"more than {MaximumRedirects} redirects");
                    request = request with { Target = _ => Task.FromResult(next) };
                }
                else
                {
                    return response;
                }
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    /// <summary>
    /// The response to a HEAD. Where the registry, or the store that it leads to, refuses to be asked so, the response to a GET, for its
    /// header: some say 405, some 403, as does a store whose address is signed for GET alone.
    /// </summary>
    /// <exception cref="RegistryException">No usable answer, or one that leads where we do not go.</exception>
    public async Task<HttpResponseMessage> HeadAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        request = InExchange(request);
        HttpResponseMessage response = await SendAsync(request, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed))
            return response;
        response.Dispose();
        return await SendAsync(request with { Method = HttpMethod.Get }, cancellationToken);
    }

    /// <summary>
    /// What <paramref name="read"/> makes of the response; asks again, within the transport's retry policy, when its body breaks off.
    /// </summary>
    /// <exception cref="RegistryException">No usable answer, or what <paramref name="read"/> throws.</exception>
    public async Task<T> ReadAsync<T>(RegistryRequest request, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
        request = InExchange(request);
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage response = await SendAsync(request, cancellationToken);
            try
            {
                return await read(response);
            }
            catch (RegistryException e) when (e.IsBroken)
            {
                if (!await PauseAsync(request, "cut while reading", tries, cancellationToken))
                    throw;
            }
        }
    }

    /// <summary>The same request as part of an exchange, which lasts from now.</summary>
    public RegistryRequest InExchange(RegistryRequest request) =>
        request.Exchange is null ? request with { Exchange = _transport.Begin() } : request;

    /// <summary>Waits before a body that broke off is asked for again; false when no further try is left.</summary>
    /// <param name="tries">How often this failed by now, from 1.</param>
    public Task<bool> PauseAsync(RegistryRequest request, string why, int tries, CancellationToken cancellationToken) =>
        _transport.PauseAsync(
            new FailedAttempt(Address, $"{request.Operation.Place}: {request.Operation.Name}: {why}", tries)
            {
                Exchange = request.Exchange,
            },
            cancellationToken
        );

    /// <summary>A GET without Authorization, redirects or second try after a 401.</summary>
    public async Task<HttpResponseMessage> SendOpenlyAsync(RegistryOperation operation, Uri target, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        try
        {
            return await _transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Settled(target)), cancellationToken);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(operation, e, _authenticator);
        }
    }

    /// <summary>Where a response's Location leads.</summary>
    /// <exception cref="RegistryException">Nowhere, or where we do not go.</exception>
    public static Uri Next(RegistryRequest request, HttpResponseMessage response)
    {
        string? field = response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
        return Location.TryResolve(response.RequestMessage!.RequestUri!, field, out Uri address, out string problem)
            ? address
            : throw Broken(request, $"{(int)response.StatusCode}, but {problem}");
    }

    /// <summary>The error for a response that is no success; reads the registry's own words from it.</summary>
    public async Task<RegistryException> FailureAsync(
        RegistryRequest request,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await BoundedBody.ReadAsync(response, MaximumErrorSize, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status says enough.
        }

        return RegistryException.ForStatus(request.Operation, response.StatusCode, body, _authenticator);
    }

    private async Task<(HttpResponseMessage Response, AuthenticationHeaderValue? Used)> AttemptAsync(
        RegistryRequest request,
        Exchange exchange,
        CancellationToken cancellationToken
    )
    {
        AuthenticationHeaderValue? used = null;
        async Task<HttpRequestMessage> MakeAsync(CancellationToken cancellationToken)
        {
            Uri target = Settled(await request.Target(cancellationToken));
            used = Location.SameOrigin(target, Address) ? await _authenticator.CurrentAsync(request, cancellationToken) : null;
            HttpRequestMessage message = new(request.Method, target) { Content = request.Content?.Invoke() };
            message.Headers.Authorization = used;
            if (request.Accept is not null)
                message.Headers.TryAddWithoutValidation("Accept", request.Accept);
            if (request.From > 0)
                message.Headers.Range = new RangeHeaderValue(request.From, null);
            return message;
        }

        try
        {
            if (!request.IsOnce)
                return (await _transport.SendAsync(MakeAsync, cancellationToken, exchange), used);
            using HttpRequestMessage only = await MakeAsync(cancellationToken);
            return (await _transport.SendOnceAsync(only, cancellationToken, exchange), used);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(request.Operation, e, _authenticator);
        }
    }

    /// <summary>
    /// Asks the registry's root who we have to be, where a refusal does not say it: clients of Docker's ask there first. For reading: every
    /// writing begins with it. True when repeating the request can help.
    /// </summary>
    private async Task<bool> FindChallengeAsync(
        RegistryRequest request,
        HttpResponseMessage refusal,
        Exchange exchange,
        CancellationToken cancellationToken
    )
    {
        if (
            refusal.Headers.NonValidated.Contains("WWW-Authenticate")
            || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
        )
            return false;
        try
        {
            using HttpRequestMessage ask = new(HttpMethod.Get, new Uri(Address, "/v2/"));
            using HttpResponseMessage root = await _transport.SendOnceAsync(ask, cancellationToken, exchange);
            return root.StatusCode == HttpStatusCode.Unauthorized
                && await _authenticator.ChallengedAsync(root, request, null, cancellationToken);
        }
        catch (ExhaustedException)
        {
            return false; // The refusal is the answer.
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_scheme is not null)
            Address = await _scheme.SettleAsync(_transport, _named, cancellationToken);
    }

    /// <summary>An address that was made before the scheme was known.</summary>
    private Uri Settled(Uri target) =>
        Address != _named && Location.SameOrigin(target, _named) ? new Uri(Address, target.PathAndQuery) : target;

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static RegistryException Broken(RegistryRequest request, string problem) =>
        new(RemoteFault.Protocol, request.Operation, problem, "nothing was sent there");
}
