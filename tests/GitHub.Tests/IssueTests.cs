using System.Collections.Immutable;
using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>Issues that are kept again and again (GitHub, "REST API endpoints for issues").</summary>
public sealed class IssueTests
{
    private const string Label = "drift";
    private static readonly WantedIssue Moved = new("drift/quay.io/poseidon/kubelet/tag-moved/1", "kubelet: tag-moved", "It moved.");
    private static readonly WantedIssue Missing = new("drift/docker.io/psdn/kubelet/tag-missing/2", "kubelet: tag-missing", "It is gone.");

    [Fact]
    public async Task Each_finding_has_one_issue_with_its_label()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();

        ImmutableArray<KeptIssue> kept = await KeepAsync(fixture, Moved, Missing);

        Assert.Equal([IssueOutcome.Opened, IssueOutcome.Opened], kept.Select(each => each.Outcome));
        Assert.Equal(["kubelet: tag-moved", "kubelet: tag-missing"], fixture.Far.Issues.Select(issue => issue.Title));
        Assert.All(fixture.Far.Issues, issue => Assert.Equal([Label], issue.Labels));
        Assert.EndsWith("\nIt moved.", fixture.Far.Issues[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_again_writes_nothing()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        await KeepAsync(fixture, Moved, Missing);
        int writes = Writes(fixture);

        ImmutableArray<KeptIssue> kept = await KeepAsync(fixture, Moved, Missing);

        Assert.All(kept, each => Assert.Equal(IssueOutcome.Unchanged, each.Outcome));
        Assert.Equal(writes, Writes(fixture));
        Assert.Equal(2, fixture.Far.Issues.Count);
    }

    [Fact]
    public async Task What_changed_is_refreshed_and_what_is_well_again_is_closed_as_done()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        await KeepAsync(fixture, Moved, Missing);

        ImmutableArray<KeptIssue> kept = await KeepAsync(fixture, Moved with { Text = "It moved once more." });

        Assert.Equal([IssueOutcome.Updated, IssueOutcome.Closed], kept.Select(each => each.Outcome));
        Assert.EndsWith("\nIt moved once more.", fixture.Far.Issues[0].Text, StringComparison.Ordinal);
        Assert.Equal((false, "completed"), (fixture.Far.Issues[1].IsOpen, fixture.Far.Issues[1].Reason));
    }

    [Fact]
    public async Task What_comes_back_after_it_was_closed_has_a_new_issue()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        await KeepAsync(fixture, Moved);
        await KeepAsync(fixture);

        await KeepAsync(fixture, Moved);

        Assert.Equal([false, true], fixture.Far.Issues.Select(issue => issue.IsOpen));
    }

    [Fact]
    public async Task What_could_not_be_looked_at_stays_open()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        await KeepAsync(fixture, Moved, Missing);

        await fixture.Repository.Issues.KeepAsync(Label, [], key => key.StartsWith("drift/quay.io/", StringComparison.Ordinal), default);

        Assert.Equal([false, true], fixture.Far.Issues.Select(issue => issue.IsOpen));
    }

    [Fact]
    public async Task Issues_of_people_are_left_alone()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Far.AddIssue("Mine", "with the label and no key", Label);
        fixture.Far.AddIssue("Also mine", $"<!-- slipway: {Moved.Key} -->\nwith a key and no label");
        fixture.Far.AddIssue("Quoted", $"I saw this:\n<!-- slipway: {Moved.Key} -->", Label);

        await KeepAsync(fixture, Moved);
        await KeepAsync(fixture);

        Assert.All(fixture.Far.Issues.Take(3), issue => Assert.True(issue.IsOpen));
        Assert.Equal(4, fixture.Far.Issues.Count);
    }

    [Fact]
    public async Task Of_two_about_one_thing_the_younger_is_closed()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        await KeepAsync(fixture, Moved);
        fixture.Far.AddIssue(Moved.Title, fixture.Far.Issues[0].Text, Label);

        await KeepAsync(fixture, Moved);

        Assert.Equal([true, false], fixture.Far.Issues.Select(issue => issue.IsOpen));
    }

    [Theory]
    [InlineData(GitHubFault.BadGatewayAfterwards)]
    [InlineData(GitHubFault.CutAfterwards)]
    public async Task An_issue_that_was_opened_although_nobody_heard_of_it_is_not_opened_twice(GitHubFault fault)
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Server.Fail("POST", "/issues", fault);

        await KeepAsync(fixture, Moved);

        Assert.Single(fixture.Far.Issues);
    }

    [Fact]
    public async Task More_than_a_person_can_read_are_not_opened_at_once()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        WantedIssue[] many = [.. Enumerable.Range(0, GitHubIssues.MostOpened + 5).Select(i => Moved with { Key = $"drift/a/{i}" })];

        await KeepAsync(fixture, many);
        Assert.Equal(GitHubIssues.MostOpened, fixture.Far.Issues.Count);

        await KeepAsync(fixture, many);
        Assert.Equal(many.Length, fixture.Far.Issues.Count);
    }

    [Fact]
    public async Task Without_the_right_to_write_it_is_refused_and_nothing_is_written()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Server.Fail("POST", "/issues", GitHubFault.Forbidden);

        await Assert.ThrowsAsync<GitHubException>(() => KeepAsync(fixture, Moved));

        Assert.Empty(fixture.Far.Issues);
    }

    private static Task<ImmutableArray<KeptIssue>> KeepAsync(GitHubFixture fixture, params WantedIssue[] wanted) =>
        fixture.Repository.Issues.KeepAsync(Label, wanted, _ => true, default);

    private static int Writes(GitHubFixture fixture) => fixture.Server.Requests.Count(request => request.Method != "GET");
}
