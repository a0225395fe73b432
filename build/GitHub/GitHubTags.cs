using Octokit;

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
        GitHubCall call = _calls.Call($"find tag {tag}");
        GitObject? named = await _calls.FindAsync(
            call,
            api => api.Get<Reference>(RepositoryPaths.Reference(_calls, "tags/" + tag)),
            (model, _) => GitObject.Of(model.Object),
            cancellationToken
        );
        for (int depth = 0; named is { Type: "tag" } && depth < Deepest; depth++)
        {
            string id = named.Id.Hex;
            named = await _calls.AskAsync(
                _calls.Call($"read tag {tag}"),
                api => new TagsClient(api).Get(_calls.Owner, _calls.Repository, id),
                (model, _) => GitObject.Of(model.Object),
                cancellationToken
            );
        }

        return named is null or { Type: "commit" } ? named?.Id : throw GitHubException.Unsound(call, $"the tag names a {named.Type}");
    }

    /// <summary>What a reference or an annotated tag points at (schemas "git-ref" and "git-tag").</summary>
    private sealed record GitObject(string Type, GitId Id)
    {
        public static GitObject Of(TagObject model) => new(model.Type.StringValue.Plain("type"), GitId.Parse(model.Sha.Required("sha")));
    }
}
