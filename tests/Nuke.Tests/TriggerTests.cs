using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class TriggerTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Shipping : Recorded
    {
        [Parameter]
        public bool Quietly { get; }

        [Parameter]
        public bool Never { get; }

        public Target Announce =>
            _ => _.TriggeredBy(Publish).OnlyWhenDynamic(() => !Quietly).Triggers(Count).Executes(() => Record("Announce"));
        public Target Publish => _ => _.DependsOn(Build).OnlyWhenDynamic(() => !Never).Triggers(Tidy).Executes(() => Record("Publish"));
        public Target Tidy => _ => _.DependsOn(Broom).Executes(() => Record("Tidy"));
        public Target Broom => _ => _.Executes(() => Record("Broom"));
        public Target Count => _ => _.Executes(() => Record("Count"));
        public Target Build => _ => _.Executes(() => Record("Build"));
        public Target Check => _ => _.DependentFor(Publish).After(Build).Executes(() => Record("Check"));
        public Target Sum => _ => _.DependsOn(Count).Executes(() => Record("Sum"));
        public Target Copy => _ => _.Inherit(Publish).Executes(() => Record("Copy"));
    }

    private string Ran(string target, params string[] more)
    {
        int code = _run.Of<Shipping>(null, [target, .. more]);
        Assert.True(code == 0, _run.Log);
        return string.Join(' ', Recorded.Ran);
    }

    [Fact]
    public void What_a_target_triggers_comes_after_it_with_all_that_needs_and_all_that_triggers()
    {
        string ran = Ran("Publish");
        Assert.Equal(["Announce", "Broom", "Build", "Check", "Count", "Publish", "Tidy"], Recorded.Ran.Order(StringComparer.Ordinal));
        Assert.Matches("Build Check Publish .*Announce.* Count", ran);
        Assert.Matches("Publish.* Tidy", ran);
        Assert.Matches("Broom.* Tidy", ran);
    }

    [Fact]
    public void A_target_that_others_trigger_runs_alone_when_it_is_named() => Assert.Equal("Announce Count", Ran("Announce"));

    [Fact]
    public void A_target_that_is_dependent_for_another_is_scheduled_with_it_and_not_the_other_way_round()
    {
        Assert.Contains("Check", Ran("Publish"), StringComparison.Ordinal);
        Assert.Equal("Check", Ran("Check"));
    }

    [Fact]
    public void What_was_skipped_when_it_would_start_triggers_nothing()
    {
        Assert.DoesNotContain("Count", Ran("Publish", "--quietly"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Count +Skipped +because of Announce$", _run.Log);
        Assert.Equal(
            "Build Broom Check",
            string.Join(
                ' ',
                Ran("Publish", "--never")
                    .Split(' ')
                    .Where(x => x is "Build" or "Broom" or "Check")
                    .OrderBy(x => x == "Check")
                    .ThenBy(x => x == "Broom")
            )
        );
        Assert.Matches(@"(?m)^Tidy +Skipped +because of Publish$", _run.Log);
        Assert.Matches(@"(?m)^Announce +Skipped ", _run.Log);
    }

    [Fact]
    public void A_triggered_target_that_another_one_needs_still_runs() =>
        Assert.Contains("Count Sum", Ran("Publish", "Sum", "--quietly"), StringComparison.Ordinal);

    [Fact]
    public void A_triggered_target_that_was_named_is_not_skipped_with_its_trigger() =>
        Assert.Contains("Count", Ran("Publish", "Count", "--quietly"), StringComparison.Ordinal);

    [Fact]
    public void Skipping_a_target_by_name_skips_what_it_triggers()
    {
        Assert.DoesNotContain("Count", Ran("Publish", "--skip", "Announce"), StringComparison.Ordinal);
        Assert.Contains("Tidy", string.Join(' ', Recorded.Ran), StringComparison.Ordinal);
    }

    [Fact]
    public void An_inheriting_target_does_all_that_the_other_one_does_and_has_its_arrows()
    {
        string ran = Ran("Copy");
        Assert.Matches("Build .*Publish Copy", ran);
        Assert.Contains("Tidy", ran, StringComparison.Ordinal);
    }

    public class Ring : NukeBuild
    {
        public Target A => _ => _.Triggers(B);
        public Target B => _ => _.DependentFor(A);
        public Target Alone => _ => _.Triggers(Alone);
    }

    [Fact]
    public void Triggers_and_dependencies_that_make_a_ring_are_refused_with_its_names()
    {
        Assert.Equal(64, _run.Of<Ring>(x => x.A));
        Assert.Contains("depend on each other: A -> B -> A", _run.Log, StringComparison.Ordinal);
    }

    public class Lost : NukeBuild
    {
        private static ITargetDefinition Elsewhere(ITargetDefinition definition) => definition;

        public Target Build => _ => _.Consumes(Elsewhere);
    }

    [Fact]
    public void A_name_that_is_no_target_of_the_build_is_a_fault_whichever_arrow_has_it()
    {
        Assert.Equal(1, _run.Of<Lost>(x => x.Build));
        Assert.Contains("Target Build names another target (Elsewhere)", _run.Log, StringComparison.Ordinal);
    }
}
