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
    private readonly Authenticator _authenticator;
    private readonly Uri _named;
    private readonly LoopbackScheme? _scheme;

    /// <param name="address">Where it is, or, by https, where it may be.</param>
    /// <param name="scheme">Finds out whether it speaks TLS; null when the address says it.</param>
    public Endpoint(Uri address, HttpTransport transport, Authenticator authenticator, LoopbackScheme? scheme = null)
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

    /// <summary>The answer, whatever its status; the caller judges and disposes it.</summary>
    /// <exception cref="RegistryException">No usable answer, or one that leads where we do not go.</exception>
    public async Task<HttpResponseMessage> SendAsync(Call call, CancellationToken cancellationToken)
    {
        bool repeated = false;
        Exchange exchange = call.Exchange ?? _transport.Begin();
        await SettleAsync(cancellationToken);
        for (int redirects = 0; ; )
        {
            (HttpResponseMessage answer, AuthenticationHeaderValue? used) = await AttemptAsync(call, exchange, cancellationToken);
            try
            {
                Uri asked = answer.RequestMessage!.RequestUri!;
                if (answer.StatusCode == HttpStatusCode.Unauthorized && !repeated && Location.SameOrigin(asked, Address))
                {
                    repeated = true;
                    if (
                        !await _authenticator.ChallengedAsync(answer, call, used, cancellationToken)
                        && !(used is null && await FindChallengeAsync(call, answer, exchange, cancellationToken))
                    )
                        return answer;
                }
                else if (IsRedirect(answer.StatusCode) && (call.Method == HttpMethod.Get || call.Method == HttpMethod.Head))
                {
                    Uri next = Next(call, answer);
                    if (++redirects > MaximumRedirects)
                        throw Broken(call, $"more than {MaximumRedirects} redirects");
                    call = call with { Target = _ => Task.FromResult(next) };
                }
                else
                {
                    return answer;
                }
            }
            catch
            {
                answer.Dispose();
                throw;
            }

            answer.Dispose();
        }
    }

    /// <summary>
    /// The answer to a HEAD. Where the registry, or the store that it leads to, refuses to be asked so, the answer to a GET, for its
    /// header: some say 405, some 403, as does a store whose address is signed for GET alone.
    /// </summary>
    /// <exception cref="RegistryException">No usable answer, or one that leads where we do not go.</exception>
    public async Task<HttpResponseMessage> HeadAsync(Call call, CancellationToken cancellationToken)
    {
        call = InExchange(call);
        HttpResponseMessage answer = await SendAsync(call, cancellationToken);
        if (answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed))
            return answer;
        answer.Dispose();
        return await SendAsync(call with { Method = HttpMethod.Get }, cancellationToken);
    }

    /// <summary>
    /// What <paramref name="read"/> makes of the answer; asks again, within the transport's patience, when its body breaks off.
    /// </summary>
    /// <exception cref="RegistryException">No usable answer, or what <paramref name="read"/> throws.</exception>
    public async Task<T> ReadAsync<T>(Call call, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
        call = InExchange(call);
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage answer = await SendAsync(call, cancellationToken);
            try
            {
                return await read(answer);
            }
            catch (RegistryException e) when (e.IsBroken)
            {
                if (!await PauseAsync(call, "cut while reading", tries, cancellationToken))
                    throw;
            }
        }
    }

    /// <summary>The same request as part of an exchange, which lasts from now.</summary>
    public Call InExchange(Call call) => call.Exchange is null ? call with { Exchange = _transport.Begin() } : call;

    /// <summary>Waits before a body that broke off is asked for again; false when no further try is left.</summary>
    /// <param name="tries">How often this failed by now, from 1.</param>
    public Task<bool> PauseAsync(Call call, string why, int tries, CancellationToken cancellationToken) =>
        _transport.PauseAsync(Address, $"{call.Asked.Place}: {call.Asked.Operation}: {why}", tries, cancellationToken, call.Exchange);

    /// <summary>A GET without Authorization, redirects or second try after a 401.</summary>
    public async Task<HttpResponseMessage> SendOpenlyAsync(Asked asked, Uri target, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        try
        {
            return await _transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Settled(target)), cancellationToken);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(asked, e, _authenticator);
        }
    }

    /// <summary>Where an answer's Location leads.</summary>
    /// <exception cref="RegistryException">Nowhere, or where we do not go.</exception>
    public static Uri Next(Call call, HttpResponseMessage answer)
    {
        string? field = answer.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
        return Location.TryResolve(answer.RequestMessage!.RequestUri!, field, out Uri address, out string problem)
            ? address
            : throw Broken(call, $"{(int)answer.StatusCode}, but {problem}");
    }

    /// <summary>The error for an answer that is no success; reads the registry's own words from it.</summary>
    public async Task<RegistryException> FailureAsync(Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await BoundedBody.ReadAsync(answer, MaximumErrorSize, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status says enough.
        }

        return RegistryException.ForStatus(call.Asked, answer.StatusCode, body, _authenticator);
    }

    private async Task<(HttpResponseMessage Answer, AuthenticationHeaderValue? Used)> AttemptAsync(
        Call call,
        Exchange exchange,
        CancellationToken cancellationToken
    )
    {
        AuthenticationHeaderValue? used = null;
        async Task<HttpRequestMessage> MakeAsync(CancellationToken cancellationToken)
        {
            Uri target = Settled(await call.Target(cancellationToken));
            used = Location.SameOrigin(target, Address) ? await _authenticator.CurrentAsync(call, cancellationToken) : null;
            HttpRequestMessage message = new(call.Method, target) { Content = call.Content?.Invoke() };
            message.Headers.Authorization = used;
            if (call.Accept is not null)
                message.Headers.TryAddWithoutValidation("Accept", call.Accept);
            if (call.From > 0)
                message.Headers.Range = new RangeHeaderValue(call.From, null);
            return message;
        }

        try
        {
            if (!call.IsOnce)
                return (await _transport.SendAsync(MakeAsync, cancellationToken, exchange), used);
            using HttpRequestMessage only = await MakeAsync(cancellationToken);
            return (await _transport.SendOnceAsync(only, cancellationToken, exchange), used);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(call.Asked, e, _authenticator);
        }
    }

    /// <summary>
    /// Asks the registry's root who we have to be, where a refusal does not say it: clients of Docker's ask there first. For reading: every
    /// writing begins with it. True when repeating the request can help.
    /// </summary>
    private async Task<bool> FindChallengeAsync(
        Call call,
        HttpResponseMessage refusal,
        Exchange exchange,
        CancellationToken cancellationToken
    )
    {
        if (refusal.Headers.NonValidated.Contains("WWW-Authenticate") || (call.Method != HttpMethod.Get && call.Method != HttpMethod.Head))
            return false;
        try
        {
            using HttpRequestMessage ask = new(HttpMethod.Get, new Uri(Address, "/v2/"));
            using HttpResponseMessage root = await _transport.SendOnceAsync(ask, cancellationToken, exchange);
            return root.StatusCode == HttpStatusCode.Unauthorized
                && await _authenticator.ChallengedAsync(root, call, null, cancellationToken);
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

    private static RegistryException Broken(Call call, string problem) =>
        new(RemoteFault.Protocol, call.Asked, problem, "nothing was sent there");
}
