using System.Collections.Immutable;
using Octokit;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// The releases of a repository (GitHub, "REST API endpoints for releases"). A draft is seen only by who may write, has no tag of its own,
/// and several may be for one tag: nothing but the list finds it. Safe for concurrent use.
/// </summary>
public sealed class GitHubReleases
{
    private readonly RepositoryCalls _calls;
    private readonly IResponseStore? _responses;

    internal GitHubReleases(RepositoryCalls calls, IResponseStore? responses)
    {
        _calls = calls;
        _responses = responses;
    }

    /// <summary>
    /// All of them in GitHub's order, the newest first; asks for a page when its first item is wanted. At most 10,000, which is as many as
    /// GitHub gives. Drafts are among them for who may write.
    /// </summary>
    /// <param name="pageSize">How many to ask for at once, 1 to 100.</param>
    /// <exception cref="GitHubException">No such repository, or no answer.</exception>
    public IAsyncEnumerable<GitHubRelease> ListAsync(int pageSize, CancellationToken cancellationToken) =>
        List(_responses, pageSize, cancellationToken);

    /// <summary>The release of a tag: the published one, else the oldest draft; null when there is none.</summary>
    public async Task<GitHubRelease?> FindAsync(string tag, CancellationToken cancellationToken) =>
        await FindPublishedAsync(tag, cancellationToken) ?? (await FindAllAsync(tag, cancellationToken)).FirstOrDefault();

    /// <summary>The published release of a tag; null when there is none.</summary>
    public Task<GitHubRelease?> FindPublishedAsync(string tag, CancellationToken cancellationToken) =>
        _calls.FindAsync(
            _calls.Call($"find release {tag}"),
            api => new ReleasesClient(api).Get(_calls.Owner, _calls.Repository, Uri.EscapeDataString(tag)),
            GitHubRelease.Of,
            cancellationToken
        );

    /// <summary>
    /// All releases of a tag, drafts among them: a published one first, then the oldest draft. Reads the whole list, and nothing that was
    /// kept.
    /// </summary>
    public async Task<ImmutableArray<GitHubRelease>> FindAllAsync(string tag, CancellationToken cancellationToken)
    {
        List<GitHubRelease> found = [];
        await foreach (GitHubRelease release in List(null, GitHubPages.LargestPage, cancellationToken))
        {
            if (release.Tag == tag)
                found.Add(release);
        }

        return [.. found.DistinctBy(release => release.Id).OrderBy(release => release.IsDraft).ThenBy(release => release.Id)];
    }

    /// <summary>Makes a draft; look for one first. After an unclear answer it looks for itself, and takes what it finds.</summary>
    /// <exception cref="GitHubException">It is refused, or there is no answer.</exception>
    public async Task<GitHubRelease> CreateDraftAsync(DraftRelease draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        GitHubCall call = _calls.Call($"create draft {draft.Tag}");
        NewRelease wanted = new(draft.Tag)
        {
            TargetCommitish = draft.Target,
            Name = draft.Title,
            Body = draft.Notes,
            Draft = true,
            Prerelease = draft.IsPrerelease,
        };
        GitHubRelease made = await _calls.CreateAsync(
            call,
            api => new ReleasesClient(api).Create(_calls.Owner, _calls.Repository, wanted),
            GitHubRelease.Of,
            cancel => FindAsync(draft.Tag, cancel),
            cancellationToken
        );
        return made.Tag == draft.Tag ? made : throw GitHubException.Unsound(call, "it made a release of another tag");
    }

    /// <summary>
    /// Gives a release the title, notes, target and kind that are wanted; leaves it draft or published. Asks nothing when it has them.
    /// </summary>
    public Task<GitHubRelease> UpdateAsync(GitHubRelease release, DraftRelease wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(wanted);
        bool isAsWanted =
            release.Title == Printable.Of(wanted.Title)
            && release.IsPrerelease == wanted.IsPrerelease
            && Lines(release.Notes) == Lines(wanted.Notes)
            && (!release.IsDraft || release.Target == wanted.Target);
        return isAsWanted
            ? Task.FromResult(release)
            : EditAsync(
                release,
                $"update {release}",
                new ReleaseUpdate
                {
                    Name = wanted.Title,
                    Body = wanted.Notes,
                    Prerelease = wanted.IsPrerelease,
                    TargetCommitish = release.IsDraft ? wanted.Target : null,
                },
                cancellationToken
            );
    }

    /// <summary>Publishes a draft; what is published stays as it is.</summary>
    /// <param name="isLatest">Whether it becomes the one that the repository's page shows first; a prerelease cannot.</param>
    public async Task<GitHubRelease> PublishAsync(GitHubRelease release, bool isLatest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        if (!release.IsDraft)
            return release;
        MakeLatestQualifier latest = isLatest && !release.IsPrerelease ? MakeLatestQualifier.True : MakeLatestQualifier.False;
        GitHubRelease published = await EditAsync(
            release,
            $"publish {release}",
            new ReleaseUpdate { Draft = false, MakeLatest = latest },
            cancellationToken
        );
        return !published.IsDraft
            ? published
            : throw new GitHubException(
                RemoteFault.Protocol,
                _calls.Call($"publish {release}"),
                "it is still a draft",
                "check its page on GitHub"
            );
    }

    /// <summary>Deletes a draft; one that is gone is done.</summary>
    /// <exception cref="InvalidOperationException">It is published: nobody takes that back.</exception>
    public Task DeleteDraftAsync(GitHubRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        return release.IsDraft
            ? _calls.DeleteAsync(
                _calls.Call($"delete {release}"),
                api => new ReleasesClient(api).Delete(_calls.Owner, _calls.Repository, release.Id),
                cancellationToken
            )
            : throw new InvalidOperationException($"{_calls.Name}: {release} is published and is not deleted");
    }

    private IAsyncEnumerable<GitHubRelease> List(IResponseStore? responses, int pageSize, CancellationToken cancellationToken) =>
        new GitHubPages(_calls.Requests, responses).ReadAsync(
            _calls.Call("list releases"),
            api =>
                new ReleasesClient(api).GetAll(
                    _calls.Owner,
                    _calls.Repository,
                    new ApiOptions { PageSize = Math.Clamp(pageSize, 1, GitHubPages.LargestPage) }
                ),
            GitHubRelease.Of,
            cancellationToken
        );

    private Task<GitHubRelease> EditAsync(
        GitHubRelease release,
        string operation,
        ReleaseUpdate changes,
        CancellationToken cancellationToken
    ) =>
        _calls.AskAsync(
            _calls.Call(operation),
            api => new ReleasesClient(api).Edit(_calls.Owner, _calls.Repository, release.Id, changes),
            GitHubRelease.Of,
            cancellationToken
        );

    /// <summary>GitHub's own pages write line ends of their own.</summary>
    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
