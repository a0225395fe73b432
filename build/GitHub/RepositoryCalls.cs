using System.Text.Json;

namespace Slipway.GitHub;

/// <summary>Makes the requests about one repository: <c>repos/OWNER/NAME/…</c>.</summary>
internal sealed class RepositoryCalls(RepositoryName name, GitHubWire wire)
{
    private readonly Uri _root = new(wire.Host.Api, $"repos/{name.Owner}/{name.Name}");

    public GitHubWire Wire => wire;

    public RepositoryName Name => name;

    /// <param name="path">What follows the repository's own address, escaped: empty, or begins with a slash.</param>
    /// <param name="operation">What it does, for errors.</param>
    public GitHubCall Get(string path, string operation) => Call(HttpMethod.Get, path, operation);

    public GitHubCall Delete(string path, string operation) => Call(HttpMethod.Delete, path, operation);

    public GitHubCall Post(string path, string operation, Action<Utf8JsonWriter> body) =>
        Call(HttpMethod.Post, path, operation) with { Content = () => GitHubJson.Write(body) };

    public GitHubCall Patch(string path, string operation, Action<Utf8JsonWriter> body) =>
        Call(HttpMethod.Patch, path, operation) with { Content = () => GitHubJson.Write(body) };

    /// <summary>One to an address that GitHub named.</summary>
    public GitHubCall To(HttpMethod method, Uri address, string operation) => new(method, address, name.ToString(), operation);

    private GitHubCall Call(HttpMethod method, string path, string operation) => To(method, new Uri(_root.AbsoluteUri + path), operation);
}
