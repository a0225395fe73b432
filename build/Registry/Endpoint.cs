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

    public Endpoint(Uri address, HttpTransport transport, Authenticator authenticator)
    {
        Address = address;
        _transport = transport;
        _authenticator = authenticator;
    }

    /// <summary>What <c>v2/</c> is appended to.</summary>
    public Uri Address { get; }

    /// <summary>The answer, whatever its status; the caller judges and disposes it.</summary>
    /// <exception cref="RegistryException">No usable answer, or one that leads where we do not go.</exception>
    public async Task<HttpResponseMessage> SendAsync(Call call, CancellationToken cancellationToken)
    {
        bool repeated = false;
        for (int redirects = 0; ;)
        {
            (HttpResponseMessage answer, AuthenticationHeaderValue? used) = await AttemptAsync(call, cancellationToken);
            try
            {
                Uri asked = answer.RequestMessage!.RequestUri!;
                if (answer.StatusCode == HttpStatusCode.Unauthorized && !repeated && Location.SameOrigin(asked, Address))
                {
                    repeated = true;
                    if (!await _authenticator.ChallengedAsync(answer, call, used, cancellationToken))
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
    /// What <paramref name="read"/> makes of the answer; asks again, within the transport's patience, when its body breaks off.
    /// </summary>
    /// <exception cref="RegistryException">No usable answer, or what <paramref name="read"/> throws.</exception>
    public async Task<T> ReadAsync<T>(Call call, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
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

    /// <summary>Waits before a body that broke off is asked for again; false when no further try is left.</summary>
    /// <param name="tries">How often this failed by now, from 1.</param>
    public Task<bool> PauseAsync(Call call, string why, int tries, CancellationToken cancellationToken) =>
        _transport.PauseAsync(Address, $"{call.Asked.Place}: {call.Asked.Operation}: {why}", tries, cancellationToken);

    /// <summary>A GET without Authorization, redirects or second try after a 401.</summary>
    public async Task<HttpResponseMessage> SendOpenlyAsync(Asked asked, Uri target, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, target), cancellationToken);
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
        Call call, CancellationToken cancellationToken)
    {
        AuthenticationHeaderValue? used = null;
        try
        {
            HttpResponseMessage answer = await _transport.SendAsync(
                async cancel =>
                {
                    Uri target = await call.Target(cancel);
                    used = Location.SameOrigin(target, Address) ? await _authenticator.CurrentAsync(call, cancel) : null;
                    HttpRequestMessage message = new(call.Method, target) { Content = call.Content?.Invoke() };
                    message.Headers.Authorization = used;
                    if (call.Accept is not null)
                        message.Headers.TryAddWithoutValidation("Accept", call.Accept);
                    if (call.From > 0)
                        message.Headers.Range = new RangeHeaderValue(call.From, null);
                    return message;
                },
                cancellationToken);
            return (answer, used);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(call.Asked, e, _authenticator);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static RegistryException Broken(Call call, string problem) =>
        new(RemoteFault.Protocol, call.Asked, problem, "nothing was sent there");
}
