using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>Where one GitHub is, and which of its addresses may see a token.</summary>
/// <param name="Name">As repositories name it: <c>github.com</c>.</param>
/// <param name="Api">Ends with a slash: what <c>repos/OWNER/NAME</c> is appended to.</param>
/// <param name="Uploads">The origin that takes assets beside the API's own; null when there is no other.</param>
public sealed record GitHubHost(string Name, Uri Api, Uri? Uploads)
{
    private const string Tenants = ".ghe.com";

    /// <summary>Whether it is GitHub's own, github.com or a tenant of ghe.com, and no server of somebody else's.</summary>
    public bool IsGitHubs => Name == RepositoryName.DefaultHost || Name.EndsWith(Tenants, StringComparison.Ordinal);

    /// <summary>Whether requests to this address may carry a token and bodies of ours.</summary>
    public bool IsOurs(Uri address) => Location.SameOrigin(address, Api) || (Uploads is not null && Location.SameOrigin(address, Uploads));

    /// <summary>
    /// Where it is unless someone says otherwise: GitHub has a host for its API and one for uploads, an Enterprise Server has
    /// <c>/api/v3</c> and, with subdomains, a host for uploads.
    /// </summary>
    internal static GitHubHost Usual(string name) =>
        name == RepositoryName.DefaultHost || name.EndsWith(Tenants, StringComparison.Ordinal)
            ? new GitHubHost(name, new Uri($"https://api.{name}/"), new Uri($"https://uploads.{name}/"))
            : new GitHubHost(name, new Uri($"https://{name}/api/v3/"), new Uri($"https://uploads.{name}/"));

    /// <summary>One whose API is at this address; it takes uploads there, too.</summary>
    internal static GitHubHost At(string name, Uri api) =>
        new(name, api.AbsolutePath.EndsWith('/') ? api : new UriBuilder(api) { Path = api.AbsolutePath + "/" }.Uri, null);
}
