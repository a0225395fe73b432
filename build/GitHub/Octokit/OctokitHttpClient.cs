using System.Net;
using System.Text;
using System.Text.Json;
using Octokit;
using Octokit.Internal;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// How Octokit reaches the network: the request that its clients make for one operation goes over <see cref="GitHubRequests"/>, which adds
/// token and version, waits, and judges what failed; so Octokit sees good answers alone, and no link that it could follow. Of its own
/// headers and time-outs none is taken. Beside Octokit's model the raw answer is at hand, for what the model lacks. Disposing ends a stream
/// that it gave.
/// </summary>
/// <param name="responses">Where answers to reads are kept; null keeps none.</param>
/// <param name="cancellationToken">Ends the operation: most of Octokit's clients take none.</param>
internal sealed class OctokitHttpClient(
    GitHubRequests requests,
    GitHubCall call,
    IResponseStore? responses,
    CancellationToken cancellationToken
) : IHttpClient
{
    private static readonly SimpleJsonSerializer Serializer = new();
    private static readonly Octokit.ProductHeaderValue Product = new("slipway");

    private JsonDocument? _document;
    private HttpResponseMessage? _streamed;

    /// <summary>What was asked; null before.</summary>
    public GitHubRequest? Request { get; private set; }

    /// <summary>What came; null before, and of a stream.</summary>
    public GitHubResponse? Response { get; private set; }

    /// <summary>What Octokit's clients are made of. It is nobody: the token is that of GitHubRequests.</summary>
    public IApiConnection Connection =>
        field ??= new ApiConnection(
            new Connection(Product, requests.Host.Api, new InMemoryCredentialStore(Credentials.Anonymous), this, Serializer)
        );

    /// <summary>What <paramref name="read"/> makes of Octokit's model and of the raw answer beside it.</summary>
    /// <exception cref="GitHubException">No such answer; none of Octokit's own exceptions gets out.</exception>
    public async Task<T> ReadAsync<TModel, T>(Func<IApiConnection, Task<TModel>> ask, Func<TModel, JsonElement, T> read)
    {
        try
        {
            TModel model = await ask(Connection);
            return read(model ?? throw new ContentException("it is empty"), _document!.RootElement);
        }
        catch (Exception e) when (Response is not null && e is not (GitHubException or OperationCanceledException))
        {
            // Octokit's reader fails in many ways, NullReferenceException among them, and always by the response.
            string problem = requests.Conceal(e.Message);
            throw GitHubException.Unsound(
                call,
                $"its response does not match GitHub's description: {Printable.Of(problem)}",
                problem == e.Message ? e : null
            );
        }
    }

    public async Task<IResponse> Send(IRequest request, CancellationToken _, Func<object, object>? preprocessResponseBody = null)
    {
        Request = new GitHubRequest(call, request.Method, new Uri(request.BaseAddress, request.Endpoint)) { Content = ContentOf(request) };
        if (!requests.Host.IsOurs(Request.Address))
            throw GitHubException.Unsound(call, $"it would be sent to another host, {Http.Redaction.Of(Request.Address)}");
        if (call.Accept != GitHubCall.Json)
        {
            _streamed = await requests.SendAsync(Request, cancellationToken);
            return new OctokitResponse(_streamed.StatusCode, await _streamed.Content.ReadAsStreamAsync(cancellationToken), call.Accept);
        }

        Response = await FetchAsync(Request);
        if (request.Method == HttpMethod.Delete)
            return new OctokitResponse(Response.Status, "", null);
        _document = OciJson.Parse(Response.Body);
        return new OctokitResponse(HttpStatusCode.OK, ModelBody.Of(_document.RootElement), "application/json");
    }

    /// <summary>Nobody asks for it: how long to wait is for the transport's RetryPolicy to say.</summary>
    public void SetRequestTimeout(TimeSpan timeout) => throw new NotSupportedException("RetryPolicy decides how long to wait");

    public void Dispose()
    {
        _document?.Dispose();
        _streamed?.Dispose();
    }

    private async Task<GitHubResponse> FetchAsync(GitHubRequest request)
    {
        if (responses is null || request.Method != HttpMethod.Get)
            return await requests.ReadAsync(request, cancellationToken);
        KeptResponse? kept = await responses.FindAsync(request.Address, cancellationToken);
        GitHubResponse response = await requests.ReadAsync(request with { IfNoneMatch = kept?.ETag }, cancellationToken);
        if (response.Status == HttpStatusCode.NotModified)
            return response with { Body = kept!.Body, Next = kept.Next };
        if (response.ETag is not null)
            await responses.KeepAsync(request.Address, new KeptResponse(response.ETag, response.Next, response.Body), cancellationToken);
        return response;
    }

    private Func<HttpContent>? ContentOf(IRequest request) =>
        request.Body switch
        {
            null => null,
            string json => () => new StringContent(json, Encoding.UTF8, "application/json"),
            // Opened anew for each attempt: a connection that was given up may still read from the one before.
            FileStream file => () => new FileContent(file.Name, file.Length, request.ContentType, call.Sent),
            _ => throw new NotSupportedException($"a body that is a {request.Body.GetType()}"),
        };
}
