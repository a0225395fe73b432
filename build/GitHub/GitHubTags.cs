using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>The git tags of a repository (GitHub, "REST API endpoints for Git references" and "for Git tags").</summary>
public sealed class GitHubTags
{
    /// <summary>A tag of a tag of a tag is nobody's practice.</summary>
    private const int Deepest = 8;

    private readonly RepositoryCalls _calls;

    internal GitHubTags(RepositoryCalls calls) => _calls = calls;

    /// <summary>The commit that a tag names, annotated or not; null when there is no such tag.</summary>
    /// <param name="tag">Without <c>refs/tags/</c>.</param>
    /// <exception cref="GitHubException">It names no commit, or there is no answer.</exception>
    public async Task<GitId?> FindCommitAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        GitHubCall call = _calls.Get($"/git/ref/tags/{string.Join('/', tag.Split('/').Select(Uri.EscapeDataString))}", $"find tag {tag}");
        GitObject? named = await _calls.Wire.FindAsync(call, GitObject.Read, cancellationToken);
        for (int depth = 0; named is { Type: "tag" } && depth < Deepest; depth++)
            named = await _calls.Wire.ReadAsync(_calls.Get($"/git/tags/{named.Id}", $"read tag {tag}"), GitObject.Read, cancellationToken);
        return named is null or { Type: "commit" } ? named?.Id : throw GitHubException.Unsound(call, $"the tag names a {named.Type}");
    }

    /// <summary>What a reference or an annotated tag points at (schemas "git-ref" and "git-tag").</summary>
    private sealed record GitObject(string Type, GitId Id)
    {
        public static GitObject Read(System.Text.Json.JsonElement element)
        {
            System.Text.Json.JsonElement target = element.Required("object");
            return new GitObject(target.Plain("type"), GitId.Parse(target.RequiredString("sha")));
        }
    }
}
