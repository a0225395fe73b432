using Nuke.Common;

namespace Slipway.Nuke.Tests;

public class SkipTests
{
    [Fact]
    public void A_skipped_dependency_takes_its_own_dependencies_with_it()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(null, "Publish", "--skip", "Assemble"));
        Assert.Equal(["Sign", "Preview", "Publish"], Recorded.Ran);
        Assert.Matches(@"(?m)^Assemble +Skipped +--skip$", run.Log);
        Assert.Matches(@"(?m)^Fetch +Skipped +because of Assemble$", run.Log);
    }

    [Fact]
    public void A_dependency_that_another_target_needs_stays()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(null, "Publish", "--skip", "Sign"));
        Assert.Equal(["Fetch", "Assemble", "Preview", "Publish"], Recorded.Ran);
    }

    [Fact]
    public void Skip_without_a_name_leaves_the_invoked_targets_only()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(null, "Sign", "Publish", "--skip"));
        Assert.Equal(["Sign", "Publish"], Recorded.Ran);
    }

    [Fact]
    public void A_target_named_and_skipped_is_wrong_use()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<ReleaseBuild>(null, "Publish", "--skip", "Publish"));
        Assert.Equal("target Publish is both named and skipped; remove one\n", run.Log);
        Assert.Empty(Recorded.Ran);
    }

    [Fact]
    public void An_unknown_name_after_skip_runs_nothing()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<ReleaseBuild>(x => x.Publish, "--skip", "Sing"));
        Assert.Equal("unknown target Sing; did you mean Sign?\n", run.Log);
        Assert.Empty(Recorded.Ran);
    }

    public class Conditional : Recorded
    {
        private bool _found;

        [Parameter]
        public string? Wanted { get; }
        public Target Look => _ => _.Executes(() => _found = true);
        public Target Found => _ => _.DependsOn(Look).OnlyWhenDynamic(() => _found).Executes(() => Record("Found"));
        public Target Lost => _ => _.DependsOn(Look).OnlyWhenDynamic(() => !_found).Executes(() => Record("Lost"));
        public Target Never =>
            _ => _.OnlyWhenStatic(() => IsServerBuild).DependsOn(NeverFirst).Requires(() => Wanted).Executes(() => Record("Never"));
        public Target NeverFirst => _ => _.Executes(() => Record("NeverFirst"));
        public Target Kept =>
            _ =>
                _.OnlyWhenStatic(() => IsServerBuild)
                    .WhenSkipped(DependencyBehavior.Execute)
                    .DependsOn(NeverFirst)
                    .Executes(() => Record("Kept"));
        public Target Throws => _ => _.OnlyWhenDynamic(() => Fail()).Executes(() => Record("Throws"));

        private static bool Fail() => throw new InvalidDataException("no condition");
    }

    [Fact]
    public void A_dynamic_condition_sees_what_earlier_targets_did()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<Conditional>(null, "Found", "Lost"));
        Assert.Equal(["Found"], Recorded.Ran);
        Assert.Matches(@"(?m)^Lost +Skipped +only when !_found$", run.Log);
    }

    [Fact]
    public void A_static_condition_skips_dependencies_and_asks_for_no_parameter()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<Conditional>(null, "Never"));
        Assert.Empty(Recorded.Ran);
    }

    [Fact]
    public void Dependencies_stay_where_the_target_says_so()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<Conditional>(null, "Kept"));
        Assert.Equal(["NeverFirst"], Recorded.Ran);
    }

    [Fact]
    public void A_build_server_is_recognised()
    {
        using TestWorkflow run = new();
        run.Variables["GITHUB_ACTIONS"] = "true";
        Assert.Equal(0, run.Of<Conditional>(null, "Never", "--wanted", "x"));
        Assert.Equal(["NeverFirst", "Never"], Recorded.Ran);
    }

    [Fact]
    public void A_condition_that_throws_fails_its_target()
    {
        using TestWorkflow run = new();
        Assert.Equal(65, run.Of<Conditional>(null, "Throws"));
        Assert.Contains("Throws failed: no condition", run.Log, StringComparison.Ordinal);
        Assert.Empty(Recorded.Ran);
    }
}
