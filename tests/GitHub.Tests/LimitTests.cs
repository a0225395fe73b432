using System.Globalization;
using System.Net;
using Slipway.Http;
using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>Limits and outages (GitHub, "Rate limits for the REST API" and "Best practices for using the REST API").</summary>
public sealed class LimitTests
{
    private const string Secondary =
        """{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}""";

    [Theory]
    [InlineData(403, Secondary, "Retry-After", "37", 37)]
    [InlineData(429, "", "Retry-After", "37", 37)]
    [InlineData(403, Secondary, "X-Nothing", "", 60)]
    [InlineData(429, "", "X-Nothing", "", 60)]
    [InlineData(503, "", "Retry-After", "12", 12)]
    public async Task A_limit_is_waited_for_as_long_as_GitHub_asks_and_else_a_minute(
        int status,
        string body,
        string header,
        string value,
        int seconds
    )
    {
        int asked = 0;
        GitHubHandler far = new(_ =>
            ++asked == 1 ? GitHubHandler.Answer(status, body, (header, value)) : GitHubHandler.Answer(200, GitHubHandler.Release())
        );
        Assert.Equal("v1", (await far.Repository().Releases.FindPublishedAsync("v1", default))!.Tag);
        Assert.Equal(2, asked);
        Assert.InRange(far.Time.Skipped.TotalSeconds, seconds, seconds + 2);
        Assert.Contains(far.Notices, notice =>
            notice.Contains("github.com/poseidon/kubelet: find release v1: " + status, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_secondary_limit_without_a_time_is_waited_for_twice_as_long_each_time()
    {
        int asked = 0;
        GitHubHandler far = new(_ =>
            ++asked < 4 ? GitHubHandler.Answer(403, Secondary) : GitHubHandler.Answer(200, GitHubHandler.Release())
        );
        await far.Repository().Releases.FindPublishedAsync("v1", default);
        Assert.InRange(far.Time.Skipped.TotalSeconds, 60 + 120 + 240, 60 + 120 + 240 + 8);
    }

    [Fact]
    public async Task The_primary_limit_is_waited_for_until_it_is_over_by_GitHubs_own_clock()
    {
        int asked = 0;
        GitHubHandler far = new(_ => ++asked == 1 ? UsedUp(TimeSpan.FromSeconds(50)) : GitHubHandler.Answer(200, GitHubHandler.Release()));
        await far.Repository().Releases.FindPublishedAsync("v1", default);
        Assert.InRange(far.Time.Skipped.TotalSeconds, 51, 53);
    }

    [Theory]
    [InlineData(GitHubHandler.Token, "no more requests with the token in GH_TOKEN until ")]
    [InlineData(null, "set GH_TOKEN, which allows many more")]
    public async Task A_primary_limit_beyond_all_patience_ends_at_once_and_says_until_when(string? token, string advice)
    {
        GitHubHandler far = new(_ => UsedUp(TimeSpan.FromMinutes(40))) { Environment = name => name == "GH_TOKEN" ? token : null };
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().Releases.FindPublishedAsync("v1", default));
        Assert.Equal((RemoteFault.TryAgain, HttpStatusCode.Forbidden), (e.Fault, e.Status!.Value));
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.Single(far.Requests);
        Assert.Equal(TimeSpan.Zero, far.Time.Skipped);
    }

    [Fact]
    public async Task A_limit_is_no_refusal_also_for_what_must_not_be_sent_twice()
    {
        int asked = 0;
        GitHubHandler far = new(_ =>
            ++asked == 1
                ? GitHubHandler.Answer(403, Secondary, ("Retry-After", "1"))
                : GitHubHandler.Answer(201, GitHubHandler.Release(isDraft: true))
        );
        await far.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default);
        Assert.Equal(["POST", "POST"], far.Requests.Select(asked => asked.Method));
    }

    [Theory]
    [InlineData(
        403,
        """{"message":"Resource not accessible by integration"}""",
        "403 \"Resource not accessible by integration\"; check the token in GH_TOKEN"
    )]
    [InlineData(401, """{"message":"Bad credentials"}""", "401 \"Bad credentials\"; check the token in GH_TOKEN")]
    public async Task A_refusal_is_told_at_once(int status, string body, string said)
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(status, body, ("x-ratelimit-remaining", "4999")));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().Releases.FindPublishedAsync("v1", default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task While_GitHub_is_down_a_run_ends_with_try_again_and_the_next_one_converges()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await AssetTests.DraftAsync(fixture);
        AssetFile file = await fixture.FileAsync("a.txt", "a");
        fixture.Server.Outage = HttpStatusCode.ServiceUnavailable;
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => fixture.Repository.Assets.PutAsync(draft, file, null, default));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Contains("after 3 tries", e.Message, StringComparison.Ordinal);
        fixture.Server.Outage = null;
        Assert.True((await fixture.Repository.Assets.PutAsync(draft, file, null, default)).IsNew);
        Assert.Single(fixture.Far.Releases.Single().Assets);
    }

    [Fact]
    public async Task An_outage_during_every_upload_leaves_a_draft_that_the_next_run_fills()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await AssetTests.DraftAsync(fixture);
        AssetFile file = await fixture.FileAsync("a.txt", new string('x', 100_000));
        fixture.Server.Fail(
            "POST",
            "/assets",
            GitHubFault.BadGatewayDuringUpload,
            GitHubFault.BadGatewayDuringUpload,
            GitHubFault.BadGatewayDuringUpload
        );
        await Assert.ThrowsAsync<GitHubException>(() => fixture.Repository.Assets.PutAsync(draft, file, null, default));
        Assert.Equal("starter", fixture.Far.Releases.Single().Assets.Single().State);

        GitHubRelease again = (await fixture.Repository.Releases.FindAsync("v1.0.0", default))!;
        await fixture.Repository.Assets.PutAsync(again, file, null, default);
        Assert.Equal("uploaded", fixture.Far.Releases.Single().Assets.Single().State);
    }

    [Fact]
    public async Task What_cannot_be_looked_up_after_an_unclear_answer_is_not_sent_again()
    {
        GitHubHandler far = new(request =>
            request.Method == HttpMethod.Post ? GitHubHandler.Answer(502) : GitHubHandler.Answer(403, """{"message":"no"}""")
        );
        await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default)
        );
        Assert.Single(far.Requests, asked => asked.Method == "POST");
    }

    [Fact]
    public async Task Pages_that_did_not_change_do_not_count()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        for (int i = 0; i < 5; i++)
            fixture.Far.AddRelease($"v1.{i}.0", new DateTimeOffset(2026, 1, 1 + i, 0, 0, 0, TimeSpan.Zero));
        HttpResponseCache answers = new(fixture.Folder.At("answers"));
        Assert.Equal(5, await CountAsync(fixture, answers));
        int counted = fixture.Server.Counted;
        Assert.Equal(5, await CountAsync(fixture, answers));
        Assert.Equal(counted, fixture.Server.Counted);
        Assert.Equal(6, fixture.Server.Requests.Count);

        fixture.Far.AddRelease("v1.5.0", new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(6, await CountAsync(fixture, answers));
        Assert.Equal(counted + 3, fixture.Server.Counted);
    }

    [Fact]
    public async Task What_is_kept_and_damaged_is_asked_for_anew_and_only_its_owner_may_read_it()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Far.AddRelease("v1.0.0", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        HttpResponseCache answers = new(fixture.Folder.At("answers"));
        await CountAsync(fixture, answers);
        string file = Directory.GetFiles(fixture.Folder.At("answers")).Single();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (
            string damage in (string[])
                ["", "{", "{}\n[]", "[]\n[]", (await File.ReadAllTextAsync(file)).Replace("v1.0.0", "v6.6.6", StringComparison.Ordinal)]
        )
        {
            await File.WriteAllTextAsync(file, damage);
            await foreach (
                GitHubRelease release in fixture.Client(answers: answers).Repository(GitHubFixture.Name).Releases.ListAsync(2, default)
            )
                Assert.Equal("v1.0.0", release.Tag);
        }
    }

    private static async Task<int> CountAsync(GitHubFixture fixture, IResponseStore answers)
    {
        int count = 0;
        await foreach (GitHubRelease _ in fixture.Client(answers: answers).Repository(GitHubFixture.Name).Releases.ListAsync(2, default))
            count++;
        return count;
    }

    private static HttpResponseMessage UsedUp(TimeSpan wait)
    {
        // Their clock is years ahead of ours.
        DateTimeOffset theirs = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return GitHubHandler.Answer(
            403,
            """{"message":"API rate limit exceeded for 127.0.0.1."}""",
            ("Date", theirs.ToString("r", CultureInfo.InvariantCulture)),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", theirs.Add(wait).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
        );
    }
}
