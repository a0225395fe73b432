using System.Net;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// The requests about one repository: all that its blobs, manifests and lists know of the registry. Safe for concurrent use.
/// </summary>
/// <param name="repository">Names it in errors.</param>
/// <param name="path">Its name as its registry knows it, whatever references say.</param>
internal sealed class RepositoryRequests(Endpoint endpoint, RegistryOperation repository, string path)
{
    public Endpoint Endpoint => endpoint;

    /// <summary>As its registry knows it.</summary>
    public string Path => path;

    /// <summary>Registry and repository, as references write them.</summary>
    public string Name => repository.Place;

    /// <summary>A request that needs the right to pull.</summary>
    /// <param name="resource">What comes after the repository in its address.</param>
    /// <param name="operation">What it is called in errors.</param>
    public RegistryRequest Read(HttpMethod method, string resource, string operation) => New(method, resource, operation, "pull");

    /// <summary>A request that needs the right to push.</summary>
    /// <inheritdoc cref="Read"/>
    public RegistryRequest Write(HttpMethod method, string resource, string operation) => New(method, resource, operation, "pull,push");

    /// <summary>The scope of a token for this repository.</summary>
    public string Scope(string actions) => $"repository:{path}:{actions}";

    /// <summary>Whether a response to a HEAD says that content is there.</summary>
    /// <exception cref="RegistryException">Neither 200 nor 404.</exception>
    /// <exception cref="ContentException">The registry says that it holds something else.</exception>
    public async Task<bool> IsThereAsync(
        RegistryRequest request,
        HttpResponseMessage response,
        Digest digest,
        CancellationToken cancellationToken
    )
    {
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        await RequireAsync(request, response, HttpStatusCode.OK, cancellationToken);
        DigestHeader.Check(response, digest, request.Operation);
        return true;
    }

    /// <exception cref="RegistryException">The status is another.</exception>
    public async Task RequireAsync(
        RegistryRequest request,
        HttpResponseMessage response,
        HttpStatusCode wanted,
        CancellationToken cancellationToken
    )
    {
        if (response.StatusCode != wanted)
            throw await endpoint.FailureAsync(request, response, cancellationToken);
    }

    private RegistryRequest New(HttpMethod method, string resource, string operation, string actions)
    {
        Uri target = new(endpoint.Address, $"/v2/{path}/{resource}");
        return new RegistryRequest(method, repository with { Name = operation }, Scope(actions)) { Target = _ => Task.FromResult(target) };
    }
}
