using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// The releases of a repository (GitHub, "REST API endpoints for releases"). A draft is seen only by who may write, has no tag of its own,
/// and several may be for one tag: nothing but the list finds it. Safe for concurrent use.
/// </summary>
public sealed class GitHubReleases
{
    private const int PageSize = 100;

    private readonly RepositoryCalls _calls;
    private readonly IAnswerStore? _answers;

    internal GitHubReleases(RepositoryCalls calls, IAnswerStore? answers)
    {
        _calls = calls;
        _answers = answers;
    }

    /// <summary>
    /// All of them in GitHub's order, the newest first; asks for a page when its first item is wanted. At most 10,000, which is as many as
    /// GitHub gives. Drafts are among them for who may write.
    /// </summary>
    /// <param name="pageSize">How many to ask for at once, 1 to 100.</param>
    /// <exception cref="GitHubException">No such repository, or no answer.</exception>
    public IAsyncEnumerable<GitHubRelease> ListAsync(int pageSize, CancellationToken cancellationToken) =>
        List(_answers, pageSize, cancellationToken);

    /// <summary>The release of a tag: the published one, else the oldest draft; null when there is none.</summary>
    public async Task<GitHubRelease?> FindAsync(string tag, CancellationToken cancellationToken) =>
        await FindPublishedAsync(tag, cancellationToken) ?? (await FindAllAsync(tag, cancellationToken)).FirstOrDefault();

    /// <summary>The published release of a tag; null when there is none.</summary>
    public Task<GitHubRelease?> FindPublishedAsync(string tag, CancellationToken cancellationToken) =>
        _calls.Wire.FindAsync(_calls.Get($"/releases/tags/{Uri.EscapeDataString(tag)}", $"find release {tag}"), GitHubRelease.Read, cancellationToken);

    /// <summary>All releases of a tag, drafts among them: a published one first, then the oldest draft. Reads the whole list, and nothing that was kept.</summary>
    public async Task<ImmutableArray<GitHubRelease>> FindAllAsync(string tag, CancellationToken cancellationToken)
    {
        List<GitHubRelease> found = [];
        await foreach (GitHubRelease release in List(null, PageSize, cancellationToken))
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
        GitHubCall call = _calls.Post("/releases", $"create draft {draft.Tag}", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tag_name", draft.Tag);
            writer.WriteString("target_commitish", draft.Target);
            writer.WriteString("name", draft.Title);
            writer.WriteString("body", draft.Notes);
            writer.WriteBoolean("draft", true);
            writer.WriteBoolean("prerelease", draft.IsPrerelease);
            writer.WriteEndObject();
        });
        GitHubRelease made = await _calls.Wire.CreateAsync(call, GitHubRelease.Read, cancel => FindAsync(draft.Tag, cancel), cancellationToken);
        return made.Tag == draft.Tag ? made : throw GitHubException.Unsound(call, "it made a release of another tag");
    }

    /// <summary>Gives a release the title, notes, target and kind that are wanted; leaves it draft or published. Asks nothing when it has them.</summary>
    public Task<GitHubRelease> UpdateAsync(GitHubRelease release, DraftRelease wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(wanted);
        bool isAsWanted = release.Title == Printable.Of(wanted.Title) && release.IsPrerelease == wanted.IsPrerelease && Lines(release.Notes) == Lines(wanted.Notes)
            && (!release.IsDraft || release.Target == wanted.Target);
        return isAsWanted ? Task.FromResult(release) : PatchAsync(release, $"update {release}", Changes, cancellationToken);

        void Changes(Utf8JsonWriter writer)
        {
            writer.WriteString("name", wanted.Title);
            writer.WriteString("body", wanted.Notes);
            writer.WriteBoolean("prerelease", wanted.IsPrerelease);
            if (release.IsDraft)
                writer.WriteString("target_commitish", wanted.Target);
        }
    }

    /// <summary>Publishes a draft; what is published stays as it is.</summary>
    /// <param name="isLatest">Whether it becomes the one that the repository's page shows first; a prerelease cannot.</param>
    public async Task<GitHubRelease> PublishAsync(GitHubRelease release, bool isLatest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        if (!release.IsDraft)
            return release;
        GitHubRelease published = await PatchAsync(
            release,
            $"publish {release}",
            writer =>
            {
                writer.WriteBoolean("draft", false);
                writer.WriteString("make_latest", isLatest && !release.IsPrerelease ? "true" : "false");
            },
            cancellationToken);
        return !published.IsDraft ? published
            : throw new GitHubException(RemoteFault.Protocol, _calls.Get("", $"publish {release}"), "it is a draft still", "see its page on GitHub");
    }

    /// <summary>Deletes a draft; one that is gone is done.</summary>
    /// <exception cref="InvalidOperationException">It is published: nobody takes that back.</exception>
    public async Task DeleteDraftAsync(GitHubRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        if (!release.IsDraft)
            throw new InvalidOperationException($"{_calls.Name}: {release} is published and is not deleted");
        GitHubCall call = _calls.Delete($"/releases/{release.Id}", $"delete {release}") with { Also = System.Net.HttpStatusCode.NotFound };
        using HttpResponseMessage answer = await _calls.Wire.SendAsync(call, cancellationToken);
    }

    private IAsyncEnumerable<GitHubRelease> List(IAnswerStore? answers, int pageSize, CancellationToken cancellationToken) =>
        new GitHubPages(_calls.Wire, answers).ReadAsync(_calls.Get($"/releases?per_page={Math.Clamp(pageSize, 1, PageSize)}", "list releases"), GitHubRelease.Read, cancellationToken);

    private Task<GitHubRelease> PatchAsync(GitHubRelease release, string operation, Action<Utf8JsonWriter> changes, CancellationToken cancellationToken) =>
        _calls.Wire.ReadAsync(
            _calls.Patch($"/releases/{release.Id}", operation, writer =>
            {
                writer.WriteStartObject();
                changes(writer);
                writer.WriteEndObject();
            }),
            GitHubRelease.Read,
            cancellationToken);

    /// <summary>GitHub's own pages write line ends of their own.</summary>
    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
