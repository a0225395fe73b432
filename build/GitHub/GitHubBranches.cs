using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>The branches of a repository (GitHub, "REST API endpoints for Git references"). Safe for concurrent use.</summary>
public sealed class GitHubBranches
{
    private readonly RepositoryCalls _calls;

    internal GitHubBranches(RepositoryCalls calls)
    {
        _calls = calls;
    }

    /// <summary>The commit that a branch is at; null when there is no such branch, or no such repository.</summary>
    /// <param name="name">Without <c>refs/heads/</c>.</param>
    public Task<GitId?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _calls.Wire.FindAsync(_calls.Get("/git/ref/" + Escaped(name), $"find branch {Printable.Of(name)}"), Read, cancellationToken);
    }

    /// <summary>How a commit stands to another (GitHub, "Compare two commits"). The second page holds all but the files.</summary>
    internal Task<Comparison> CompareAsync(GitId from, GitId to, CancellationToken cancellationToken) => _calls.Wire.ReadAsync(
        _calls.Get($"/compare/{from}...{to}?per_page=1&page=2", $"compare {from.Hex[..7]} and {to.Hex[..7]}"),
        root => new Comparison(root.RequiredInt("ahead_by"), GitId.Parse(root.Required("merge_base_commit").RequiredString("sha"))),
        cancellationToken);

    /// <summary>Makes a branch that is not there; one that is there at this commit is done.</summary>
    internal async Task CreateAsync(WorkBranch branch, GitId commit, CancellationToken cancellationToken)
    {
        GitHubCall call = _calls.Post("/git/refs", $"create branch {branch}", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("ref", "refs/heads/" + branch.Name);
            writer.WriteString("sha", commit.Hex);
            writer.WriteEndObject();
        });
        Require(call, commit, await _calls.Wire.CreateAsync(call, Read, cancel => FindAsync(branch.Name, cancel), cancellationToken));
    }

    /// <summary>Moves a branch.</summary>
    /// <param name="force">Whether commits of it may be lost by that.</param>
    internal async Task MoveAsync(WorkBranch branch, GitId commit, bool force, CancellationToken cancellationToken)
    {
        GitHubCall call = _calls.Patch("/git/refs/" + Escaped(branch.Name), $"move branch {branch}", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("sha", commit.Hex);
            writer.WriteBoolean("force", force);
            writer.WriteEndObject();
        });
        Require(call, commit, await _calls.Wire.ReadAsync(call, Read, cancellationToken));
    }

    private static void Require(GitHubCall call, GitId wanted, GitId got)
    {
        if (got != wanted)
            throw new GitHubException(RemoteFault.TryAgain, call, $"wanted it at {wanted}, got {got}: somebody else wrote to it meanwhile", "run the same command again");
    }

    private static GitId Read(JsonElement root) => GitId.Parse(root.Required("object").RequiredString("sha"));

    private static string Escaped(string name) => "heads/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
}

/// <summary>How a commit stands to another.</summary>
/// <param name="Ahead">How many commits it has that the other has not.</param>
/// <param name="Common">The newest commit that both have.</param>
internal sealed record Comparison(int Ahead, GitId Common);
