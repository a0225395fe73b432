using System.Net;
using Octokit;

namespace Slipway.GitHub;

/// <summary>A good answer as Octokit takes it. It has no headers: links, limits and tags are read before it.</summary>
/// <param name="body">A text or a stream.</param>
/// <param name="contentType">Octokit makes a model of <c>application/json</c> alone; null for none.</param>
internal sealed class OctokitResponse(HttpStatusCode status, object body, string? contentType) : IResponse
{
    public object Body => body;

    public IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>();

    public ApiInfo ApiInfo { get; } = new(new Dictionary<string, Uri>(), [], [], null, new Octokit.RateLimit(0, 0, 0), TimeSpan.Zero);

    public HttpStatusCode StatusCode => status;

    public string? ContentType => contentType;
}
