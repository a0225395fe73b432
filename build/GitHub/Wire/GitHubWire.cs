using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// One host on the wire: adds the token, to its own addresses only; follows redirects of reads; waits for limits and outages within the
/// transport's patience. What is not idempotent is sent once: after an unclear answer its caller looks first. Safe for concurrent use.
/// </summary>
internal sealed class GitHubWire(HttpTransport transport, GitHubHost host, GitHubToken? token, TimeProvider time)
{
    /// <summary>In bytes, of one answer: a page of a hundred releases with notes of the greatest length has some 12 MiB.</summary>
    public const int MaximumAnswer = 16 * 1024 * 1024;

    private const int MaximumRedirects = 5;
    private const int MaximumErrorSize = 64 * 1024;
    private const string Version = "2022-11-28";

    private readonly ErrorHint _advice = new(host, token, time);

    public GitHubHost Host => host;

    /// <summary>Whether we are anybody there.</summary>
    public bool HasToken => token is not null;

    /// <summary>An answer that <paramref name="request"/> takes; the caller disposes it.</summary>
    /// <exception cref="GitHubException">Any other.</exception>
    public async Task<HttpResponseMessage> SendAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        GitHubCall call = InExchange(request.Call);
        request = request with { Call = call };
        for (int tries = 1; ; tries++)
        {
            GitHubException failure;
            TimeSpan? asked = null;
            try
            {
                HttpResponseMessage answer = await FollowAsync(request, cancellationToken);
                if (request.Takes(answer.StatusCode))
                    return answer;
                using (answer)
                    (failure, asked) = await JudgeAsync(request, answer, tries, cancellationToken);
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
                || !await PauseAsync(call, failure, tries, asked, cancellationToken)
            )
                throw failure;
        }
    }

    /// <summary>Whole answers, with what their headers say.</summary>
    /// <exception cref="GitHubException">No such answer, or one beyond <see cref="MaximumAnswer"/>.</exception>
    public async Task<Answer> AnswerAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        GitHubCall call = InExchange(request.Call);
        request = request with { Call = call };
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage answer = await SendAsync(request, cancellationToken);
            try
            {
                ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(answer, MaximumAnswer, cancellationToken);
                if (body.Length > MaximumAnswer)
                    throw GitHubException.Unsound(call, $"its answer has more than {MaximumAnswer} bytes");
                if (!PageLink.TryRead(answer, out Uri? next, out string problem))
                    throw GitHubException.Unsound(call, problem);
                return new Answer(answer.StatusCode, body, next, answer.Headers.ETag?.ToString());
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
    /// <param name="asked">How long GitHub asks to be left alone; null when it does not.</param>
    public Task<bool> PauseAsync(
        GitHubCall call,
        GitHubException failure,
        int tries,
        TimeSpan? asked,
        CancellationToken cancellationToken
    ) =>
        transport.PauseAsync(
            host.Api,
            $"{call.Place}: {call.Operation}: {failure.Problem}",
            tries,
            asked,
            cancellationToken,
            call.Exchange
        );

    /// <summary>A text without our own token, for a server that echoes it.</summary>
    public string Conceal(string text) => token is null ? text : text.Replace(token.Secret, "…", StringComparison.Ordinal);

    /// <summary>An answer whatever its status; redirects of reads are followed.</summary>
    private async Task<HttpResponseMessage> FollowAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        Uri target = request.Address;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage message = Message(request, target);
            HttpResponseMessage answer = await transport.SendOnceAsync(message, cancellationToken, request.Call.Exchange);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return answer;
            using (answer)
                target = Next(request, target, answer, redirects);
        }
    }

    private Uri Next(GitHubRequest request, Uri from, HttpResponseMessage answer, int redirects)
    {
        GitHubCall call = request.Call;
        string? field = answer.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
        string status = $"{(int)answer.StatusCode}";
        if (request.Method != HttpMethod.Get)
            throw GitHubException.Unsound(
                call,
                $"{status}: the repository has moved, and nothing is written to where it says; use its new name"
            );
        if (!Location.TryResolve(from, field, out Uri next, out string problem))
            throw GitHubException.Unsound(call, $"{status}, but {problem}");
        if (!call.LeadsElsewhere && !Location.SameOrigin(next, host.Api))
            throw GitHubException.Unsound(call, $"{status}, but it leads to another host, {Redaction.Of(next)}");
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

    private async Task<(GitHubException Failure, TimeSpan? Asked)> JudgeAsync(
        GitHubRequest request,
        HttpResponseMessage answer,
        int tries,
        CancellationToken cancellationToken
    )
    {
        GitHubCall call = request.Call;
        GitHubError error = await ErrorAsync(answer, cancellationToken);
        string said = $"{(int)answer.StatusCode} {error}".TrimEnd();
        if (RateLimit.Of(answer, error, tries, time.GetUtcNow()) is { } limit)
            return (
                new GitHubException(RemoteFault.TryAgain, call, Tried(said, tries), _advice.For(limit)) { Status = answer.StatusCode },
                limit.Wait
            );
        RemoteFault fault = RemoteException.FaultOf(answer.StatusCode);
        bool isOutage = fault == RemoteFault.TryAgain;
        TimeSpan? asked = isOutage ? RetryAfter.Of(answer, time.GetUtcNow()) : null;
        return (
            new GitHubException(fault, call, isOutage ? Tried(said, tries) : said, _advice.For(fault))
            {
                Status = answer.StatusCode,
                IsUnclear = isOutage && !request.IsIdempotent,
                IsThereAlready = answer.StatusCode == HttpStatusCode.UnprocessableContent && error.IsThereAlready,
            },
            asked
        );
    }

    private async Task<GitHubError> ErrorAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(answer, MaximumErrorSize, cancellationToken);
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
