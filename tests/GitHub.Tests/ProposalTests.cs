using System.Text;
using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>
/// Pull requests that are proposed again and again (GitHub, "REST API endpoints for pull requests" and "for Git database").
/// </summary>
public sealed class ProposalTests
{
    private const string Branch = "slipway/update-kubelet";
    private const string Definition = "images/kubelet/image.yaml";
    private const string Lock = "images/kubelet/image.lock.json";

    [Fact]
    public async Task A_proposal_is_one_commit_with_all_files_on_a_branch_of_its_own_and_a_pull_request()
    {
        await using GitHubFixture fixture = await SceneAsync();
        string main = (await fixture.Far.BranchAsync("main"))!;
        Proposed done = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);

        Assert.Equal(ProposalOutcome.Created, done.Outcome);
        Assert.Equal(main, await fixture.Far.BranchAsync("main"));
        Assert.Equal(done.Commit.Hex, await fixture.Far.BranchAsync(Branch));
        Assert.Equal(
            $"{main} Update kubelet to 1.1|Slipway|slipway@example.org|2026-11-21T12:00:00+00:00",
            await fixture.Far.GitAsync("log", "-1", "--format=%P %s|%an|%ae|%aI", Branch)
        );
        Assert.Equal([Lock, Definition], (await fixture.Far.GitAsync("diff", "--name-only", "main", Branch)).Split('\n'));
        Assert.Equal("version: 1.1", await fixture.Far.GitAsync("show", $"{Branch}:{Definition}"));
        StandInPullRequest pull = fixture.Far.PullRequests.Single();
        Assert.Equal((Branch, "main", "Update kubelet to 1.1", "notes of 1.1"), (pull.Head, pull.Target, pull.Title, pull.Text));
        Assert.Equal(["dependencies", "kubelet"], pull.Labels);
        Assert.Equal((1, null), (done.PullRequest!.Number, done.LabelProblem));
    }

    [Fact]
    public async Task The_same_again_writes_nothing()
    {
        await using GitHubFixture fixture = await SceneAsync();
        Proposed first = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        int writes = Writes(fixture);
        Proposal later = Wanted("1.1") with
        {
            Author = new CommitAuthor("Slipway", "slipway@example.org", new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        Proposed second = await fixture.Repository.PullRequests.ProposeAsync(later, default);
        Assert.Equal((ProposalOutcome.Unchanged, first.Commit, 1), (second.Outcome, second.Commit, second.PullRequest!.Number));
        Assert.Equal(writes, Writes(fixture));
        Assert.Single(fixture.Far.PullRequests);
    }

    [Fact]
    public async Task A_newer_version_takes_the_place_of_the_one_before_in_the_same_pull_request()
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Proposed second = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.2"), default);
        Assert.Equal((ProposalOutcome.Updated, 1), (second.Outcome, second.PullRequest!.Number));
        Assert.Equal(["Update kubelet to 1.2", "Lay out"], (await fixture.Far.GitAsync("log", "-2", "--format=%s", Branch)).Split('\n'));
        Assert.Equal(
            ("Update kubelet to 1.2", "notes of 1.2"),
            (fixture.Far.PullRequests.Single().Title, fixture.Far.PullRequests.Single().Text)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_merge_there_is_nothing_to_propose_and_the_next_version_goes_on_from_there(bool squash)
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        string merged = await (squash ? fixture.Far.SquashAsync(1) : fixture.Far.MergeAsync(1));
        Proposed again = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Assert.Equal((ProposalOutcome.Nothing, null, merged), (again.Outcome, again.PullRequest, again.Commit.Hex));

        Proposed next = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.2"), default);
        Assert.Equal((ProposalOutcome.Created, 2), (next.Outcome, next.PullRequest!.Number));
        Assert.Equal(merged, await fixture.Far.GitAsync("rev-parse", Branch + "^"));
        await fixture.Far.MergeAsync(2);
        Assert.Equal("version: 1.2", await fixture.Far.GitAsync("show", "main:" + Definition));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_people_closed_does_not_come_back_but_the_next_version_does(bool deletesBranch)
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        await fixture.Far.CloseAsync(1, deletesBranch);
        await fixture.Far.CommitAsync("main", "Say more", ("README.md", "more"));
        int writes = Writes(fixture);

        Proposed again = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Assert.Equal((ProposalOutcome.Declined, 1), (again.Outcome, again.PullRequest!.Number));
        Assert.Equal(writes, Writes(fixture));

        Proposed next = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.2"), default);
        Assert.Equal((ProposalOutcome.Created, 2), (next.Outcome, next.PullRequest!.Number));
        Assert.Equal("version: 1.2", await fixture.Far.GitAsync("show", $"{Branch}:{Definition}"));
    }

    [Fact]
    public async Task What_was_merged_and_taken_back_since_is_proposed_again()
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        await fixture.Far.SquashAsync(1);
        await fixture.Far.CommitAsync("main", "Take it back", (Definition, "version: 1.0"), (Lock, "lock of 1.0"));
        Assert.Equal(ProposalOutcome.Created, (await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default)).Outcome);
    }

    [Fact]
    public async Task Where_the_target_changed_the_same_file_the_commit_is_made_anew_and_merges()
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        await fixture.Far.CommitAsync("main", "Change the lock", (Lock, "by hand"));
        Assert.Equal(ProposalOutcome.Updated, (await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default)).Outcome);
        Assert.Equal(await fixture.Far.BranchAsync("main"), await fixture.Far.GitAsync("rev-parse", Branch + "^"));
        await fixture.Far.MergeAsync(1);
        Assert.Equal("lock of 1.1", await fixture.Far.GitAsync("show", "main:" + Lock));
    }

    [Fact]
    public async Task Where_the_target_changed_another_file_the_commit_stays()
    {
        await using GitHubFixture fixture = await SceneAsync();
        Proposed first = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        await fixture.Far.CommitAsync("main", "Say more", ("README.md", "more"));
        Proposed second = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Assert.Equal((ProposalOutcome.Unchanged, first.Commit), (second.Outcome, second.Commit));
    }

    [Fact]
    public async Task What_somebody_else_put_on_the_branch_is_never_lost()
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        string theirs = await fixture.Far.CommitAsync(Branch, "Mend the contract", ("images/kubelet/contract.yaml", "mended"));
        Assert.Equal(theirs, (await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default)).Commit.Hex);
        Proposed next = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.2"), default);
        Assert.Equal(theirs, await fixture.Far.GitAsync("rev-parse", next.Commit.Hex + "^"));
        Assert.Equal("mended", await fixture.Far.GitAsync("show", $"{Branch}:images/kubelet/contract.yaml"));
        Assert.Equal("version: 1.2", await fixture.Far.GitAsync("show", $"{Branch}:{Definition}"));
    }

    [Fact]
    public async Task A_missing_right_on_labels_does_not_lose_the_pull_request()
    {
        await using GitHubFixture fixture = await SceneAsync();
        fixture.Far.AllowsLabels = false;
        Proposed done = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Assert.Equal(ProposalOutcome.Created, done.Outcome);
        Assert.Contains("403 \"Resource not accessible by integration\"", done.LabelProblem, StringComparison.Ordinal);
        fixture.Far.AllowsLabels = true;
        Assert.Null((await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default)).LabelProblem);
        Assert.Equal(2, fixture.Far.PullRequests.Single().Labels.Count);
    }

    [Fact]
    public async Task An_executable_stays_one_and_a_new_file_is_none()
    {
        await using GitHubFixture fixture = await SceneAsync();
        string script = await fixture.Far.GitAsync("hash-object", "-w", fixture.Folder.Write("run.sh", "old"));
        await fixture.Far.GitAsync("read-tree", "main");
        await fixture.Far.GitAsync("update-index", "--add", "--cacheinfo", $"100755,{script},run.sh");
        string tree = await fixture.Far.GitAsync("write-tree");
        await fixture.Far.GitAsync(
            "update-ref",
            "refs/heads/main",
            await fixture.Far.GitAsync("commit-tree", tree, "-p", "main", "-m", "Run")
        );
        await fixture.Repository.PullRequests.ProposeAsync(
            Wanted("1.1") with
            {
                Files = [File("run.sh", "new"), File("other.sh", "x")],
            },
            default
        );
        Assert.StartsWith("100755", await fixture.Far.GitAsync("ls-tree", Branch, "run.sh"), StringComparison.Ordinal);
        Assert.StartsWith("100644", await fixture.Far.GitAsync("ls-tree", Branch, "other.sh"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("refs/heads/main")]
    [InlineData("../main")]
    [InlineData("a..b")]
    [InlineData("a//b")]
    [InlineData("a b")]
    [InlineData("a.lock")]
    [InlineData("release-1.36")]
    [InlineData("")]
    public async Task The_default_branch_the_target_and_what_is_no_branch_are_not_written_to(string branch)
    {
        await using GitHubFixture fixture = await SceneAsync();
        await fixture.Far.GitAsync("branch", "release-1.36", "main");
        await Assert.ThrowsAsync<FormatException>(() =>
            fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1") with { Branch = branch, Target = "release-1.36" }, default)
        );
        Assert.Equal(0, Writes(fixture));
    }

    public static TheoryData<string, string, GitHubFault> Faults()
    {
        TheoryData<string, string, GitHubFault> all = [];
        foreach (
            (string method, string path) in ((string, string)[])
                [
                    ("GET", "/kubelet"),
                    ("POST", "/git/blobs"),
                    ("POST", "/git/trees"),
                    ("POST", "/git/commits"),
                    ("POST", "/git/refs"),
                    ("POST", "/pulls"),
                    ("POST", "/labels"),
                ]
        )
        {
            foreach (
                GitHubFault fault in (GitHubFault[])
                    [GitHubFault.BadGateway, GitHubFault.BadGatewayAfterwards, GitHubFault.CutAfterwards, GitHubFault.SecondaryLimit]
            )
                all.Add(method, path, fault);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task However_a_request_goes_wrong_there_is_one_commit_and_one_pull_request(string method, string path, GitHubFault fault)
    {
        await using GitHubFixture fixture = await SceneAsync();
        fixture.Server.Fail(method, path, fault);
        Proposed done = await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default);
        Assert.Null(done.LabelProblem);
        Assert.Equal("1", await fixture.Far.GitAsync("rev-list", "--count", $"main..{Branch}"));
        Assert.Equal(2, fixture.Far.PullRequests.Single().Labels.Count);
    }

    [Fact]
    public async Task A_run_that_ends_after_any_of_its_writes_is_gone_on_with_by_the_next()
    {
        string[] writes = ["/git/blobs", "/git/trees", "/git/commits", "/git/refs", "/pulls"];
        foreach (string write in writes)
        {
            await using GitHubFixture fixture = await SceneAsync();
            fixture.Server.Fail("POST", write, GitHubFault.Forbidden);
            await Assert.ThrowsAsync<GitHubException>(() => fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default));
            Assert.Equal(ProposalOutcome.Created, (await fixture.Repository.PullRequests.ProposeAsync(Wanted("1.1"), default)).Outcome);
            Assert.Equal("1", await fixture.Far.GitAsync("rev-list", "--count", $"main..{Branch}"));
            Assert.Single(fixture.Far.PullRequests);
        }
    }

    [Fact]
    public async Task Files_are_read_as_they_are_in_a_commit()
    {
        await using GitHubFixture fixture = await SceneAsync();
        GitId main = (await fixture.Anonymous.Branches.FindAsync("main", default))!;
        Assert.Equal(
            "version: 1.0",
            Encoding.UTF8.GetString((await fixture.Anonymous.Files.ReadAsync(main, Definition, default))!.Value.Span)
        );
        Assert.Null(await fixture.Anonymous.Files.ReadAsync(main, "images/kubelet", default));
        Assert.Null(await fixture.Anonymous.Files.ReadAsync(main, "images/none/image.yaml", default));
        Assert.Null(await fixture.Anonymous.Branches.FindAsync("none", default));
        Assert.Equal("main", (await fixture.Anonymous.ReadAsync(default)).DefaultBranch);
    }

    internal static async Task<GitHubFixture> SceneAsync()
    {
        GitHubFixture fixture = await GitHubFixture.StartAsync();
        await fixture.Far.CommitAsync("main", "Lay out", (Definition, "version: 1.0"), (Lock, "lock of 1.0"));
        return fixture;
    }

    internal static Proposal Wanted(string version) =>
        new(
            Branch,
            $"Update kubelet to {version}",
            $"notes of {version}",
            [File(Definition, $"version: {version}"), File(Lock, $"lock of {version}")]
        )
        {
            Message = $"Update kubelet to {version}",
            Author = new CommitAuthor("Slipway", "slipway@example.org", new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)),
            Labels = ["dependencies", "kubelet"],
        };

    private static ProposedFile File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    private static int Writes(GitHubFixture fixture) => fixture.Server.Requests.Count(asked => asked.Method != "GET");
}
