using System.ComponentModel;
using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class HelpOverviewTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class GroupedBuild : Recorded
    {
        [Parameter("Images to build")]
        public string[]? Images { get; }

        [Category("Try it")]
        public Target Rehearse => _ => _.Description("Do it all: here and now").Executes(() => Record("Rehearse"));

        [Category("Make")]
        public Target Build => _ => _.Description("Make images; many").Executes(() => Record("Build"));

        [Category("Try it")]
        public Target Serve => _ => _.Executes(() => Record("Serve"));

        [Category("Make")]
        public Target Hidden => _ => _.Unlisted().Executes(() => Record("Hidden"));
    }

    [Fact]
    public void Targets_stand_in_their_groups_each_with_the_first_clause_of_what_it_does()
    {
        Assert.Equal(0, _run.Of<GroupedBuild>(x => x.Rehearse, "--help"));
        Assert.StartsWith(
            """
            Usage: ./build.sh [Target ...] [--parameter value ...]

            Try it  Rehearse*  Do it all
                    Serve

            Make    Build      Make images

            * is the default. ./build.sh TARGET --help shows parameters and examples,
            ./build.sh --help --all everything.

            """,
            _run.Output,
            StringComparison.Ordinal
        );
        Assert.Empty(Recorded.Ran);
    }

    [Fact]
    public void Parameters_are_for_those_who_ask_for_everything()
    {
        _run.Of<GroupedBuild>(x => x.Rehearse, "--help");
        Assert.DoesNotContain("--images", _run.Output, StringComparison.Ordinal);
        _run.Of<GroupedBuild>(x => x.Rehearse, "--help", "--all");
        Assert.Contains("--images VALUE...", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void All_without_help_is_wrong_use_and_runs_nothing()
    {
        Assert.Equal(BuildUsageException.ExitCode, _run.Of<GroupedBuild>(x => x.Rehearse, "--all"));
        Assert.Contains("--all goes with --help alone: ./build.sh --help --all", _run.Log, StringComparison.Ordinal);
        Assert.Empty(Recorded.Ran);
    }
}
