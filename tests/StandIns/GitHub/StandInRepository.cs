using System.Collections.Concurrent;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// A repository of a <see cref="GitHubStandIn"/>: a bare git repository with releases, labels and pull requests around it. What tests do to
/// it, people do to one on GitHub.
/// </summary>
public sealed class StandInRepository
{
    private readonly Lock _lock = new();
    private long _last = 1000;

    internal StandInRepository(string owner, string name, GitStore git, TimeProvider time)
    {
        (Owner, Name, Git, Time) = (owner, name, git, time);
    }

    public string Owner { get; }

    public string Name { get; }

    /// <summary>The folder of its git repository, to be cloned and pushed to.</summary>
    public string GitFolder => Git.Path;

    public string DefaultBranch { get; init; } = "main";

    /// <summary>Whether nobody sees it without a token.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>Whether it is put away: everything can be read, and nothing written.</summary>
    public bool IsArchived { get; set; }

    /// <summary>Whether tokens may set labels, which is a right of its own.</summary>
    public bool AllowsLabels { get; set; } = true;

    /// <summary>Whether assets tell their hashes, as older Enterprise Servers do not.</summary>
    public bool TellsDigests { get; set; } = true;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<StandInRelease> Releases
    {
        get
        {
            lock (_lock)
                return [.. ReleaseList.OrderByDescending(release => release.CreatedAt).ThenByDescending(release => release.Id)];
        }
    }

    public IReadOnlyList<StandInPullRequest> PullRequests
    {
        get
        {
            lock (_lock)
                return [.. PullList];
        }
    }

    public IReadOnlyList<StandInIssue> Issues
    {
        get
        {
            lock (_lock)
                return [.. IssueList];
        }
    }

    /// <summary>The labels that there are.</summary>
    public ConcurrentDictionary<string, string> Labels { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal GitStore Git { get; }

    internal TimeProvider Time { get; }

    internal List<StandInRelease> ReleaseList { get; } = [];

    internal List<StandInPullRequest> PullList { get; } = [];

    private List<StandInIssue> IssueList { get; } = [];

    /// <summary>Opens an issue, as its page does.</summary>
    public StandInIssue AddIssue(string title, string? text, params string[] labels)
    {
        StandInIssue issue = new((int)NextId())
        {
            Title = title,
            Text = text,
            CreatedAt = Time.GetUtcNow(),
        };
        issue.Labels.AddRange(labels);
        lock (_lock)
            IssueList.Add(issue);
        return issue;
    }

    /// <summary>Publishes a release, as its page does.</summary>
    public StandInRelease AddRelease(string tag, DateTimeOffset publishedAt, bool isPrerelease = false, bool isDraft = false)
    {
        StandInRelease release = new(NextId(), tag)
        {
            CreatedAt = publishedAt,
            PublishedAt = isDraft ? null : publishedAt,
            IsPrerelease = isPrerelease,
            IsDraft = isDraft,
            Title = tag,
            Notes = "",
        };
        lock (_lock)
            ReleaseList.Add(release);
        return release;
    }

    /// <summary>Commits files to a branch, as a push does; the commit. A null text deletes.</summary>
    public async Task<string> CommitAsync(string branch, string message, params (string Path, string? Text)[] files)
    {
        string? parent = await Git.RefAsync("refs/heads/" + branch);
        List<(string, string?, string)> entries = [];
        foreach ((string path, string? text) in files)
            entries.Add(("100644", text is null ? null : await Git.WriteBlobAsync(System.Text.Encoding.UTF8.GetBytes(text)), path));
        string tree = await Git.WriteTreeAsync(parent is null ? null : parent + "^{tree}", entries);
        string commit = await Git.RunAsync([
            "commit-tree",
            tree,
            "-m",
            message,
            .. parent is null ? Array.Empty<string>() : ["-p", parent],
        ]);
        await Git.RunAsync("update-ref", "refs/heads/" + branch, commit);
        return commit;
    }

    /// <summary>What git prints of a command in it: <c>log</c>, <c>show main:FILE</c>.</summary>
    public Task<string> GitAsync(params string[] arguments) => Git.RunAsync(arguments);

    /// <summary>What a branch points at; null when there is none.</summary>
    public Task<string?> BranchAsync(string branch) => Git.RefAsync("refs/heads/" + branch);

    /// <summary>
    /// Does what the merge button does: a commit with both parents on the target branch; the pull request is closed, its branch stays.
    /// </summary>
    public async Task<string> MergeAsync(int number)
    {
        StandInPullRequest pull = PullRequests.Single(pull => pull.Number == number);
        Assert.True(pull.IsOpen, $"pull request {number} is closed");
        string target = (await BranchAsync(pull.Target))!,
            head = (await BranchAsync(pull.Head))!;
        string? tree = await Git.TryAsync("merge-tree", "--write-tree", target, head);
        Assert.True(tree is not null, $"pull request {number} conflicts with {pull.Target}");
        string merge = await Git.RunAsync(
            "commit-tree",
            tree.Split('\n')[0],
            "-p",
            target,
            "-p",
            head,
            "-m",
            $"Merge pull request #{number} from {Owner}/{pull.Head}\n\n{pull.Title}"
        );
        await Git.RunAsync("update-ref", "refs/heads/" + pull.Target, merge, target);
        (pull.IsOpen, pull.MergedAs) = (false, merge);
        return merge;
    }

    /// <summary>Does what its button for squashing does: one commit with the same changes.</summary>
    public async Task<string> SquashAsync(int number)
    {
        StandInPullRequest pull = PullRequests.Single(pull => pull.Number == number);
        string target = (await BranchAsync(pull.Target))!,
            head = (await BranchAsync(pull.Head))!;
        string tree = (await Git.RunAsync("merge-tree", "--write-tree", target, head)).Split('\n')[0];
        string commit = await Git.RunAsync("commit-tree", tree, "-p", target, "-m", $"{pull.Title} (#{number})");
        await Git.RunAsync("update-ref", "refs/heads/" + pull.Target, commit, target);
        (pull.IsOpen, pull.MergedAs) = (false, commit);
        return commit;
    }

    /// <summary>Does what the button for closing does, and the one beside it where the branch goes, too.</summary>
    public async Task CloseAsync(int number, bool deletesBranch = false)
    {
        StandInPullRequest pull = PullRequests.Single(pull => pull.Number == number);
        (pull.IsOpen, pull.ClosedAt) = (false, await BranchAsync(pull.Head));
        if (deletesBranch)
            await Git.RunAsync("update-ref", "-d", "refs/heads/" + pull.Head);
    }

    /// <summary>Tags a commit, as a push of a tag does.</summary>
    public Task TagAsync(string tag, string commit) => Git.RunAsync("update-ref", "refs/tags/" + tag, commit);

    internal long NextId()
    {
        lock (_lock)
            return ++_last;
    }

    internal T Locked<T>(Func<T> act)
    {
        lock (_lock)
            return act();
    }
}
