using System.Net;
using System.Text.Json;
using Octokit;

namespace Slipway.GitHub;

/// <summary>Does operations on one repository through Octokit's clients. What they throw is GitHubException alone.</summary>
internal sealed class RepositoryCalls(RepositoryName name, GitHubRequests requests)
{
    public GitHubRequests Requests => requests;

    public RepositoryName Name => name;

    public string Owner => name.Owner;

    /// <summary>Its name without its owner's.</summary>
    public string Repository => name.Name;

    /// <param name="operation">What it does, for errors.</param>
    public GitHubCall Call(string operation) => new(name.ToString(), operation);

    /// <summary>
    /// What <paramref name="read"/> makes of Octokit's model and the raw answer beside it; a read that breaks off is asked for again.
    /// </summary>
    public async Task<T> AskAsync<TModel, T>(
        GitHubCall call,
        Func<IApiConnection, Task<TModel>> ask,
        Func<TModel, JsonElement, T> read,
        CancellationToken cancellationToken
    )
    {
        using OctokitHttpClient http = new(requests, call, null, cancellationToken);
        return await http.ReadAsync(ask, read);
    }

    /// <summary>The same; null for a 404.</summary>
    public async Task<T?> FindAsync<TModel, T>(
        GitHubCall call,
        Func<IApiConnection, Task<TModel>> ask,
        Func<TModel, JsonElement, T> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        try
        {
            return await AskAsync(call, ask, read, cancellationToken);
        }
        catch (GitHubException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes what may be there only once: where a response is unclear, or says that it is there, <paramref name="look"/> finds it; only
    /// what is not there is asked for again.
    /// </summary>
    public async Task<T> CreateAsync<TModel, T>(
        GitHubCall call,
        Func<IApiConnection, Task<TModel>> ask,
        Func<TModel, JsonElement, T> read,
        Func<CancellationToken, Task<T?>> look,
        CancellationToken cancellationToken
    )
        where T : class
    {
        call = requests.InExchange(call);
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await AskAsync(call, ask, read, cancellationToken);
            }
            catch (GitHubException e) when (e.IsUnclear || e.IsThereAlready)
            {
                bool goesOn = e.IsUnclear && await requests.PauseAsync(call, e, tries, null, cancellationToken);
                if (await look(cancellationToken) is { } found)
                    return found;
                if (!goesOn)
                    throw;
            }
        }
    }

    /// <summary>Deletes something; what is gone is done.</summary>
    public async Task DeleteAsync(GitHubCall call, Func<IApiConnection, Task> delete, CancellationToken cancellationToken)
    {
        using OctokitHttpClient http = new(requests, call, null, cancellationToken);
        try
        {
            await delete(http.Connection);
        }
        catch (GitHubException e) when (e.Status == HttpStatusCode.NotFound) { }
    }
}
