using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What is not a release, or less than one: refused before GitHub shows anything of it.</summary>
public sealed partial class ReleaseTargetTests
{
    [Fact]
    public async Task Skipping_the_check_does_not_make_a_release_of_a_commit_behind_the_tag()
    {
        await _tools.Repository.CommitAsync("one more");

        Assert.Contains(
            "the commit is tagged for none of tools",
            (await ReleaseAsync("--skip", "Tagged")).Require(78).Error,
            StringComparison.Ordinal
        );
        Assert.Empty(_far.Releases);
    }

    [Fact]
    public async Task What_was_published_by_another_name_is_not_released_by_this_one()
    {
        (await ReleaseAsync()).Require();
        await GitAsync("commit", "--quiet", "--allow-empty", "--message", "again");
        await GitAsync("tag", Tag + "-r1");
        await GitAsync("push", "--quiet", "--force", _far.GitFolder, "HEAD:refs/heads/main", "--tags");

        ChildResult result = (await ReleaseAsync("--skip", "Publish")).Require(78);

        Assert.Contains(
            $"v1.0.0 was published, but the commit is tagged {Tag}-r1. Run ./build.sh Publish --images tools",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Single(_far.Releases);
    }

    [Theory]
    [InlineData("--registries", "quay")]
    [InlineData("--dockerfile", "true")]
    public async Task Less_than_all_of_a_release_is_wrong_use(string parameter, string value)
    {
        Assert.Contains(
            $"Tagged failed: {parameter}: ",
            (await ReleaseAsync(parameter, value)).Require(64).Error,
            StringComparison.Ordinal
        );
        Assert.Empty(_github.Requests);
        Assert.False(Directory.Exists(_tools.Repository.At("artifacts", UpstreamImage.Name)));
    }

    [Fact]
    public async Task Without_a_publication_there_is_nothing_to_release()
    {
        ChildResult result = (await ReleaseAsync("--skip", "Publish")).Require(65);

        Assert.Contains("tools: nothing was published from here", result.Error, StringComparison.Ordinal);
        Assert.Contains("Run ./build.sh Publish --images tools", result.Error, StringComparison.Ordinal);
        Assert.Empty(_far.Releases);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_somebody_elses_is_never_handed_out_with_ours(bool isDraft)
    {
        StandInRelease release = _far.AddRelease(Tag, DateTimeOffset.UtcNow.AddHours(-1), isDraft: isDraft);
        release.Assets.Add(new StandInAsset(1, "tools-v1.0.0-install.sh", "text/plain", "uploaded", "curl | sh"u8.ToArray()));

        ChildResult result = (await ReleaseAsync()).Require(65);

        Assert.Contains("has tools-v1.0.0-install.sh, which is not a file of this release", result.Error, StringComparison.Ordinal);
        Assert.Equal(isDraft, Assert.Single(_far.Releases).IsDraft);
        Assert.Single(release.Assets);

        release.Assets.Clear();
        (await ReleaseAsync()).Require();
        Assert.False(Assert.Single(_far.Releases).IsDraft);
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_failed_upload_left_by_another_name_is_cleared_away()
    {
        StandInRelease release = _far.AddRelease(Tag, DateTimeOffset.UtcNow.AddHours(-1), isDraft: true);
        release.Assets.Add(new StandInAsset(1, "something", "text/plain", "starter", []));

        (await ReleaseAsync()).Require();
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_archived_repository_is_told_before_anything_is_built()
    {
        _far.IsArchived = true;

        Assert.Contains(
            "is archived, so nothing can be released there",
            (await ReleaseAsync()).Require(77).Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(_tools.Repository.At("artifacts", UpstreamImage.Name)));
    }

    [Fact]
    public async Task Every_result_is_JSON_and_no_secret_is_in_a_log_or_an_artifact()
    {
        _tools.Variables["SLIPWAY_JSON"] = "true";
        _tools.Variables["SLIPWAY_GPG_PASSWORD"] = "gpg-password-1234";
        _tools.Variables["QUAY_PASSWORD"] = "quay-password-1234";

        ChildResult result = (await ReleaseAsync()).Require();

        using (System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(result.Output))
            Assert.EndsWith(Uri.EscapeDataString(Tag), document.RootElement.GetProperty("page").GetString(), StringComparison.Ordinal);
        string[] secrets = [GitHubStandIn.Token, "gpg-password-1234", "quay-password-1234"];
        foreach (
            string text in Directory
                .EnumerateFiles(_tools.Repository.At("artifacts"), "*", SearchOption.AllDirectories)
                .Select(File.ReadAllText)
                .Append(result.Output)
                .Append(result.Error)
        )
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }
}
