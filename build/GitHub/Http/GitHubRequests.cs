using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// One host on the wire: adds the token, to its own addresses only; follows redirects of reads; waits for limits and outages within the
/// transport's RetryPolicy. What is not idempotent is sent once: after an unclear answer its caller looks first. Safe for concurrent use.
/// </summary>
internal sealed class GitHubRequests(HttpTransport transport, GitHubHost host, GitHubToken? token, TimeProvider time)
{
    /// <summary>In bytes, of one answer: a page of a hundred releases with notes of the greatest length has some 12 MiB.</summary>
    public const int MaximumResponse = 16 * 1024 * 1024;

    private const int MaximumRedirects = 5;
    private const int MaximumErrorSize = 64 * 1024;
    private const string Version = "2022-11-28";

    private readonly ErrorHint _advice = new(host, token, time);

    public GitHubHost Host => host;

    /// <summary>Whether we are anybody there.</summary>
    public bool HasToken => token is not null;

    /// <summary>A response that <paramref name="request"/> takes; the caller disposes it.</summary>
    /// <exception cref="GitHubException">Any other.</exception>
    public async Task<HttpResponseMessage> SendAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        GitHubCall call = InExchange(request.Call);
        request = request with { Call = call };
        for (int tries = 1; ; tries++)
        {
            GitHubException failure;
            TimeSpan? wait = null;
            try
            {
                HttpResponseMessage response = await FollowAsync(request, cancellationToken);
                if (request.Takes(response.StatusCode))
                    return response;
                using (response)
                    (failure, wait) = await JudgeAsync(request, response, tries, cancellationToken);
            }
            catch (ExhaustedException e)
            {
                failure = Failure(e.Fault, call, Tried(e.Outcome, tries), e.IsWorthWaiting && !request.IsIdempotent, e);
                if (!e.IsWorthWaiting)
                    throw failure;
            }

            if (
                failure.Fault != RemoteFault.TryAgain
                || failure.IsUnclear
                || !await PauseAsync(call, failure, tries, wait, cancellationToken)
            )
                throw failure;
        }
    }

    /// <summary>Whole answers, with what their headers say.</summary>
    /// <exception cref="GitHubException">No such answer, or one beyond <see cref="MaximumResponse"/>.</exception>
    public async Task<GitHubResponse> ReadAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        GitHubCall call = InExchange(request.Call);
        request = request with { Call = call };
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage response = await SendAsync(request, cancellationToken);
            try
            {
                ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, MaximumResponse, cancellationToken);
                if (body.Length > MaximumResponse)
                    throw GitHubException.Unsound(call, $"its response has more than {MaximumResponse} bytes");
                if (!PageLink.TryRead(response, out Uri? next, out string problem))
                    throw GitHubException.Unsound(call, problem);
                return new GitHubResponse(response.StatusCode, body, next, response.Headers.ETag?.ToString());
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                GitHubException failure = Failure(
                    RemoteFault.TryAgain,
                    call,
                    $"the connection broke while reading: {Printable.Of(TransientFault.Reason(e))}",
                    !request.IsIdempotent,
                    e
                );
                if (failure.IsUnclear || !await PauseAsync(call, failure, tries, null, cancellationToken))
                    throw failure;
            }
        }
    }

    /// <summary>The same operation as part of an exchange, which lasts from now.</summary>
    public GitHubCall InExchange(GitHubCall call) => call.Exchange is null ? call with { Exchange = transport.Begin() } : call;

    /// <summary>Waits before something is tried again; false, at once, when no further try is left.</summary>
    /// <param name="wait">How long GitHub asks to be left alone; null when it does not.</param>
    public Task<bool> PauseAsync(
        GitHubCall call,
        GitHubException failure,
        int tries,
        TimeSpan? wait,
        CancellationToken cancellationToken
    ) =>
        transport.PauseAsync(
            new FailedAttempt(host.Api, $"{call.Place}: {call.Operation}: {failure.Problem}", tries)
            {
                RetryAfter = wait,
                Exchange = call.Exchange,
            },
            cancellationToken
        );

    /// <summary>A text without our own token, for a server that echoes it.</summary>
    public string Conceal(string text) => token is null ? text : text.Replace(token.Secret, "…", StringComparison.Ordinal);

    /// <summary>A response whatever its status; redirects of reads are followed.</summary>
    private async Task<HttpResponseMessage> FollowAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        Uri target = request.Address;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage message = Message(request, target);
            HttpResponseMessage response = await transport.SendOnceAsync(message, cancellationToken, request.Call.Exchange);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response;
            using (response)
                target = Next(request, target, response, redirects);
        }
    }

    private Uri Next(GitHubRequest request, Uri from, HttpResponseMessage response, int redirects)
    {
        GitHubCall call = request.Call;
        string? field = response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
        string status = $"{(int)response.StatusCode}";
        if (request.Method != HttpMethod.Get)
            throw GitHubException.Unsound(
                call,
                $"{status}: the repository has moved, and nothing is written to the new address; use its new name"
            );
        if (!Location.TryResolve(from, field, out Uri next, out string problem))
            throw GitHubException.Unsound(call, $"{status}, but {problem}");
        if (!call.LeadsElsewhere && !Location.SameOrigin(next, host.Api))
            throw GitHubException.Unsound(call, $"{status}, but it redirects to another host, {Redaction.Of(next)}");
        return redirects < MaximumRedirects ? next : throw GitHubException.Unsound(call, $"more than {MaximumRedirects} redirects");
    }

    private HttpRequestMessage Message(GitHubRequest request, Uri target)
    {
        HttpRequestMessage message = new(request.Method, target) { Content = request.Content?.Invoke() };
        message.Headers.TryAddWithoutValidation("Accept", request.Call.Accept);
        if (!host.IsOurs(target))
            return message;
        message.Headers.TryAddWithoutValidation("X-GitHub-Api-Version", Version);
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Secret);
        if (request.IfNoneMatch is not null)
            message.Headers.TryAddWithoutValidation("If-None-Match", request.IfNoneMatch);
        return message;
    }

    private async Task<(GitHubException Failure, TimeSpan? Wait)> JudgeAsync(
        GitHubRequest request,
        HttpResponseMessage response,
        int tries,
        CancellationToken cancellationToken
    )
    {
        GitHubCall call = request.Call;
        GitHubError error = await ErrorAsync(response, cancellationToken);
        string said = $"{(int)response.StatusCode} {error}".TrimEnd();
        if (RateLimit.Of(response, error, tries, time.GetUtcNow()) is { } limit)
            return (
                new GitHubException(RemoteFault.TryAgain, call, Tried(said, tries), _advice.For(limit)) { Status = response.StatusCode },
                limit.Wait
            );
        RemoteFault fault = RemoteException.FaultOf(response.StatusCode);
        bool isOutage = fault == RemoteFault.TryAgain;
        TimeSpan? wait = isOutage ? RetryAfter.Of(response, time.GetUtcNow()) : null;
        return (
            new GitHubException(fault, call, isOutage ? Tried(said, tries) : said, _advice.For(fault))
            {
                Status = response.StatusCode,
                IsUnclear = isOutage && !request.IsIdempotent,
                IsThereAlready = response.StatusCode == HttpStatusCode.UnprocessableContent && error.IsThereAlready,
            },
            wait
        );
    }

    private async Task<GitHubError> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, MaximumErrorSize, cancellationToken);
            return GitHubError.Parse(body, Conceal);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return GitHubError.None;
        }
    }

    private GitHubException Failure(RemoteFault fault, GitHubCall call, string problem, bool isUnclear, Exception e) =>
        new(fault, call, problem, _advice.For(fault), e) { IsUnclear = isUnclear };

    private static string Tried(string outcome, int tries) => tries == 1 ? outcome : $"{outcome} after {tries} tries";
}
