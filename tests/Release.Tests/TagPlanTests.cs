using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Each row of the design's table of tags.</summary>
public class TagPlanTests
{
    private static readonly GitState Exact = new()
    {
        Commit = "23228e6f00000000000000000000000000000000",
        Tag = "kubelet/v1.36.4",
        Distance = 0,
        Commits = 40,
        Branch = "main",
        IsDirty = false,
    };

    [Fact]
    public void Exactly_at_a_tag_there_are_both_styles_and_the_tags_own_name()
    {
        TagPlan plan = For(Exact);
        Assert.Equal(
            ["v1.36.4-amd64", "build-23228e6-amd64", "v1.36.4-arm64", "build-23228e6-arm64", "v1.36.4", "build-23228e6", "build-v1.36.4"],
            plan.Tags.Select(tag => tag.Name)
        );
        Assert.Equal(("v1.36.4", null), (plan.Release, plan.RehearsalOnly));
        Assert.All(plan.Tags, tag => Assert.False(tag.Moves));
    }

    [Fact]
    public void What_a_dockerfile_made_takes_no_tag_of_a_release()
    {
        TagPlan exact = For(Exact, BuildMethod.Dockerfile);
        Assert.Equal(
            ["dockerfile-23228e6-amd64", "dockerfile-23228e6-arm64", "dockerfile-23228e6", "dockerfile-v1.36.4"],
            exact.Tags.Select(tag => tag.Name)
        );
        Assert.Equal("dockerfile-v1.36.4", exact.Release);
        TagPlan later = For(Exact with { Distance = 2 }, BuildMethod.Dockerfile);
        Assert.Equal(
            ["dockerfile-23228e6-amd64", "dockerfile-23228e6-arm64", "dockerfile-23228e6", "dockerfile-main"],
            later.Tags.Select(tag => tag.Name)
        );
        Assert.Equal(("dockerfile-23228e6", "dockerfile-main"), (later.Release, Assert.Single(later.Tags, tag => tag.Moves).Name));
        Assert.Empty(exact.Tags.Concat(later.Tags).Select(tag => tag.Name).Intersect(For(Exact).Tags.Select(tag => tag.Name)));
        Assert.Equal("dockerfile-23228e6-dirty", For(Exact with { IsDirty = true }, BuildMethod.Dockerfile).Release);
        Assert.NotNull(For(Exact with { IsDirty = true }, BuildMethod.Dockerfile).RehearsalOnly);
    }

    [Fact]
    public void Commits_after_a_tag_are_named_after_it_and_main_moves()
    {
        TagPlan plan = For(Exact with { Distance = 2 });
        Assert.Equal(
            [
                "v1.36.4-2-g23228e6-amd64",
                "build-23228e6-amd64",
                "v1.36.4-2-g23228e6-arm64",
                "build-23228e6-arm64",
                "v1.36.4-2-g23228e6",
                "build-23228e6",
                "build-main",
            ],
            plan.Tags.Select(tag => tag.Name)
        );
        Assert.Equal(["build-main"], plan.Tags.Where(tag => tag.Moves).Select(tag => tag.Name));
        Assert.Null(plan.RehearsalOnly);
    }

    [Theory]
    [InlineData("feature")]
    [InlineData("main/x")]
    [InlineData(null)]
    public void Beside_the_main_branch_nothing_moves(string? branch) =>
        Assert.All(For(Exact with { Distance = 2, Branch = branch }).Tags, tag => Assert.False(tag.Moves));

    [Fact]
    public void Without_a_tag_it_is_for_a_rehearsal_only()
    {
        TagPlan plan = For(Exact with { Tag = null });
        Assert.Equal("v0.0.0-40-g23228e6", plan.Release);
        Assert.Contains(
            "no git tag kubelet/vX.Y.Z is there yet. Run git tag kubelet/v1.36.4",
            plan.RehearsalOnly,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("kubelet/v1.36.4", 0, "v1.36.4-dirty")]
    [InlineData("kubelet/v1.36.4", 2, "v1.36.4-2-g23228e6-dirty")]
    [InlineData(null, 0, "v0.0.0-40-g23228e6-dirty")]
    public void Uncommitted_changes_are_for_a_rehearsal_only_and_in_every_name(string? tag, int distance, string release)
    {
        TagPlan plan = For(Exact with { Tag = tag, Distance = distance, IsDirty = true });
        Assert.Equal(release, plan.Release);
        Assert.Contains("uncommitted changes", plan.RehearsalOnly, StringComparison.Ordinal);
        Assert.All(plan.Tags, planned => Assert.Contains("-dirty", planned.Name, StringComparison.Ordinal));
        Assert.All(plan.Tags, planned => Assert.False(planned.Moves));
    }

    [Theory]
    [InlineData("kubelet/v1.36.4-r1", "v1.36.4", "v1.36.4-r1")]
    [InlineData("kubelet/v1.36.4-r12", "v1.36.4", "v1.36.4-r12")]
    [InlineData("kubelet/v1.37.0-rc.1", "v1.37.0-rc.1", "v1.37.0-rc.1")]
    [InlineData("kubelet/v1.37.0-alpha.2-r1", "v1.37.0-alpha.2", "v1.37.0-alpha.2-r1")]
    public void Rebuilds_and_candidates_agree_with_their_version(string tag, string version, string release) =>
        Assert.Equal(
            (release, "build-" + release),
            (For(Exact with { Tag = tag }, version).Release, For(Exact with { Tag = tag }, version).Tags[^1].Name)
        );

    [Theory]
    [InlineData("kubelet/v1.36.3")]
    [InlineData("kubelet/v1.36.4-rc.1")]
    [InlineData("kubelet/v1.36.40")]
    public void A_tag_of_another_version_is_refused(string tag)
    {
        ReleaseException e = Assert.Throws<ReleaseException>(() => For(Exact with { Tag = tag }));
        Assert.Contains($"git tag {tag} disagrees with version v1.36.4", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubelet/v1")]
    [InlineData("kubelet/v1.36")]
    [InlineData("kubelet/v1.36.4.5")]
    [InlineData("kubelet/v1.36.4-r")]
    [InlineData("kubelet/v1.36.4-dirty")]
    [InlineData("kubelet/v1.36.4+build")]
    [InlineData("kubelet/v1.36.4-2-g1234567")]
    [InlineData("kubelet/vfoo")]
    [InlineData("kubelet/v1.2.3/x")]
    public void A_tag_that_is_no_version_is_refused_at_it_and_after_it(string tag)
    {
        Assert.Throws<ReleaseException>(() => For(Exact with { Tag = tag }));
        Assert.Throws<ReleaseException>(() => For(Exact with { Tag = tag, Distance = 3 }));
    }

    [Fact]
    public void Between_a_version_and_its_tag_the_older_tag_still_names_the_commits() =>
        Assert.Equal("v1.36.3-1-g23228e6", For(Exact with { Tag = "kubelet/v1.36.3", Distance = 1 }).Release);

    [Fact]
    public void Tags_of_platforms_come_before_those_of_the_index_and_moving_ones_last()
    {
        TagPlan plan = For(Exact with { Distance = 1 });
        Assert.Equal([false, false, false, false, true, true, true], plan.Tags.Select(tag => tag.Platform is null));
        Assert.True(plan.Tags[^1].Moves);
    }

    [Fact]
    public void Every_tag_is_one_that_registries_accept()
    {
        foreach (GitState git in (GitState[])[Exact, Exact with { Distance = 2 }, Exact with { Tag = null, IsDirty = true }])
            Assert.All(For(git).Tags, tag => Reference.Parse("quay.io/a/b").WithTag(tag.Name));
    }

    private static TagPlan For(GitState git, BuildMethod way) =>
        TagPlan.For("kubelet", "v1.36.4", git, [Platform.LinuxAmd64, Platform.LinuxArm64], way);

    private static TagPlan For(GitState git, string version = "v1.36.4") =>
        TagPlan.For("kubelet", version, git, [Platform.LinuxAmd64, Platform.LinuxArm64]);
}
