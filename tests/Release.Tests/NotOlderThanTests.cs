using System.Globalization;
using Slipway.Git;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Which release is too old, by version, time and commit; what cannot be told is refused.</summary>
public class NotOlderThanTests
{
    private static readonly string[] Ascending =
    [
        "v0.9.0",
        "v1.0.0-alpha.1",
        "v1.0.0-beta.1",
        "v1.0.0-rc.1",
        "v1.0.0-rc.2",
        "v1.0.0-rc.10",
        "v1.0.0-rc.10-r1",
        "v1.0.0",
        "v1.0.0-1-gabcdef0",
        "v1.0.0-10-gabcdef0",
        "v1.0.0-r1",
        "v1.0.0-r1-1-gabcdef0",
        "v1.0.0-r2",
        "v1.0.0-r10",
        "v1.0.1",
        "v1.0.10",
        "v1.2.0",
        "v1.10.0",
        "v2.0.0",
    ];

    [Fact]
    public void Releases_have_an_order()
    {
        for (int i = 0; i < Ascending.Length; i++)
        {
            for (int j = 0; j < Ascending.Length; j++)
                Assert.Equal(
                    (Ascending[i], Ascending[j], Math.Sign(i.CompareTo(j))),
                    (Ascending[i], Ascending[j], Math.Sign(ReleaseOrder.Find(Ascending[i])!.CompareTo(ReleaseOrder.Find(Ascending[j]))))
                );
        }

        Assert.Null(ReleaseOrder.Find("v9999999999.0.0"));
        Assert.Null(ReleaseOrder.Find("v1.0"));
    }

    [Theory]
    [InlineData("v0.9.9", null, null)]
    [InlineData("v1.0.0", null, null)]
    [InlineData("1.0.0", null, null)]
    [InlineData("v1.0.0-1-g1234567", null, FailureReason.ReleaseTooOld)]
    [InlineData("v1.0.0-r1", null, FailureReason.ReleaseTooOld)]
    [InlineData("v1.0.0-2-g23228e6", 2, null)]
    [InlineData("v1.0.0-3-g23228e6", 2, FailureReason.ReleaseTooOld)]
    [InlineData("2026-01-02T03:05:06Z", null, null)]
    [InlineData("2026-01-02T04:05:06+01:00", null, null)]
    [InlineData("2026-01-02t03:05:06.0z", null, null)]
    [InlineData("2026-01-02T03:05:07Z", null, FailureReason.ReleaseTooOld)]
    [InlineData("2026-01-02T03:05:06-00:01", null, FailureReason.ReleaseTooOld)]
    public async Task Version_and_time_are_the_provenances(string text, int? after, FailureReason? reason)
    {
        SlsaProvenance provenance = ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Distance = after ?? 0 });
        Assert.Equal(reason, (await Parse(text).JudgeAsync(provenance, default))?.Reason);
    }

    [Fact]
    public async Task What_the_provenance_does_not_say_is_refused()
    {
        SlsaProvenance silent = ProvenanceSamples.New() with { StartedOn = null, FinishedOn = null };
        silent = silent with { Parameters = silent.Parameters with { Tag = null } };
        foreach (string text in (string[])["v0.0.1", "1970-01-01T00:00:00Z"])
            Assert.Equal(FailureReason.ReleaseAgeUnknown, (await Parse(text).JudgeAsync(silent, default))?.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("v1.0")]
    [InlineData("v1.0.0-amd64")]
    [InlineData("2026-01-02")]
    [InlineData("2026-01-02T03:04:05")]
    [InlineData("2026-13-02T03:04:05Z")]
    [InlineData("23228e")]
    [InlineData("--upload-pack=x")]
    [InlineData("23228e6\n")]
    public void What_is_neither_is_wrong(string text) =>
        Assert.Contains("wanted a version", Assert.Throws<FormatException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_commit_is_asked_of_the_clone_and_one_that_it_lacks_is_refused()
    {
        using GitRepositoryFixture repository = new();
        string[] commits = [.. Enumerable.Range(0, 3).Select(_ => repository.Commit().Git("rev-parse", "HEAD"))];
        GitRepository clone = new(repository.Root);
        for (int oldest = 0; oldest < 3; oldest++)
        {
            for (int built = 0; built < 3; built++)
                Assert.Equal(
                    built < oldest ? FailureReason.ReleaseTooOld : (FailureReason?)null,
                    (await NotOlderThan.Parse(commits[oldest], clone).JudgeAsync(Of(commits[built]), default))?.Reason
                );
        }

        Assert.Null(
            await NotOlderThan.Parse(commits[0][..7].ToUpper(CultureInfo.InvariantCulture), clone).JudgeAsync(Of(commits[2]), default)
        );
        (FailureReason reason, string text) = (
            await NotOlderThan.Parse(commits[0], clone).JudgeAsync(Of(new string('1', 40)), default)
        )!.Value;
        Assert.Equal(FailureReason.ReleaseAgeUnknown, reason);
        Assert.EndsWith($"Run git fetch {ProvenanceSamples.Source} {new string('1', 40)}", text, StringComparison.Ordinal);
    }

    private static SlsaProvenance Of(string commit) => ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Commit = commit });

    private static NotOlderThan Parse(string text) => NotOlderThan.Parse(text, new GitRepository("/nowhere"));
}
