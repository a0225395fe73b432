using Nuke.Common;

namespace Slipway.Nuke.Tests;

public class OrderTests
{
    [Fact]
    public void Dependencies_run_once_each_before_what_needs_them()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(x => x.Publish));
        Assert.Equal(["Fetch", "Assemble", "Sign", "Preview", "Publish"], Recorded.Ran);
    }

    [Fact]
    public void The_order_on_the_command_line_does_not_matter()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(x => x.Publish, "Sign", "Clean", "Preview"));
        Assert.Equal(["Clean", "Fetch", "Assemble", "Sign", "Preview"], Recorded.Ran);
    }

    [Fact]
    public void Before_and_after_schedule_nothing()
    {
        using TestWorkflow run = new();
        run.Of<ReleaseBuild>(null, "Preview");
        Assert.DoesNotContain("Sign", Recorded.Ran);
        Assert.DoesNotContain("Clean", Recorded.Ran);
    }

    public class Independent : Recorded
    {
        public Target Third => _ => _.After(Second).Executes(() => Record("Third"));
        public Target Zebra => _ => _.Executes(() => Record("Zebra"));
        public Target Ant => _ => _.Executes(() => Record("Ant"));
        public Target Second => _ => _.After(First).Executes(() => Record("Second"));
        public Target First => _ => _.Executes(() => Record("First"));
    }

    [Fact]
    public void Independent_targets_run_as_declared()
    {
        using TestWorkflow run = new();
        run.Of<Independent>(null, "Ant", "Zebra");
        Assert.Equal(["Zebra", "Ant"], Recorded.Ran);
    }

    [Fact]
    public void An_order_counts_through_a_target_that_does_not_run()
    {
        using TestWorkflow run = new();
        run.Of<Independent>(null, "Third", "First");
        Assert.Equal(["First", "Third"], Recorded.Ran);
    }

    [Theory]
    [InlineData("hidden")]
    [InlineData("HIDDEN")]
    public void An_unlisted_target_runs_by_any_letter_case_of_its_name(string name)
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(null, name));
        Assert.Equal(["Hidden"], Recorded.Ran);
    }

    [Fact]
    public void Targets_can_be_named_by_parameter_and_by_plus_sign()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<ReleaseBuild>(x => x.Publish, "--target", "Clean+Hidden"));
        Assert.Equal(["Clean", "Hidden"], Recorded.Ran);
    }

    [Fact]
    public void A_build_without_a_default_says_which_targets_it_has()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<ReleaseBuild>(null));
        Assert.Contains("no target was named", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_target_names_the_nearest_one()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<ReleaseBuild>(x => x.Publish, "Asemble"));
        Assert.Equal("unknown target Asemble; did you mean Assemble?\n", run.Log);
        Assert.Empty(Recorded.Ran);
    }

    [Fact]
    public void A_target_that_resembles_none_lists_those_there_are()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<ReleaseBuild>(x => x.Publish, "xyzzyplugh"));
        Assert.Equal("unknown target xyzzyplugh; there are Publish, Preview, Sign, Assemble, Fetch, Clean, All\n", run.Log);
    }

    public class Ring : NukeBuild
    {
        public Target Alone => _ => _.Executes(() => { });
        public Target Outside => _ => _.DependsOn(One);
        public Target One => _ => _.DependsOn(Two).Executes(() => { });
        public Target Two => _ => _.After(Three).Executes(() => { });
        public Target Three => _ => _.DependsOn(One).Executes(() => { });
    }

    [Fact]
    public void A_ring_is_named_even_when_no_target_of_it_was_asked_for()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<Ring>(x => x.Alone));
        Assert.Equal("the build's targets depend on each other: One -> Two -> Three -> One; remove one of these dependencies\n", run.Log);
    }

    public class Self : NukeBuild
    {
        public Target Loop => _ => _.DependsOn(Loop).Executes(() => { });
    }

    [Fact]
    public void A_target_that_depends_on_itself_is_a_ring()
    {
        using TestWorkflow run = new();
        Assert.Equal(64, run.Of<Self>(x => x.Loop));
        Assert.Contains("Loop -> Loop", run.Log, StringComparison.Ordinal);
    }

    public class Derived : ReleaseBuild
    {
        private string Name { get; } = "Extra";
        internal Target Extra => _ => _.DependsOn(Fetch).Executes(() => Record(Name));
    }

    [Fact]
    public void Targets_of_a_base_class_and_internal_ones_that_use_fields_belong_to_the_build()
    {
        using TestWorkflow run = new();
        Assert.Equal(0, run.Of<Derived>(null, "Extra"));
        Assert.Equal(["Fetch", "Extra"], Recorded.Ran);
    }
}
