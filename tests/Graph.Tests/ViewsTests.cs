using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>Results go to the output and nothing else does; lines go to the log.</summary>
public sealed class ViewsTests : IDisposable
{
    private readonly StringWriter _log = new();
    private readonly StringWriter _output = new();

    private Report Report => new(_log, _output, plain: true);

    private static ReleasePlan Plan
    {
        get
        {
            Descriptor index = Descriptor.Of(MediaType.Index, "index"u8),
                child = Descriptor.Of(MediaType.Manifest, "child"u8) with { Platform = Platform.LinuxAmd64 };
            return new ReleasePlan
            {
                Image = "tiny",
                Release = "v1.0.0",
                Subjects = [index, child],
                Signatures = [],
                Tags =
                [
                    new PlannedTag("v1.0.0-amd64", Platform.LinuxAmd64, false),
                    new PlannedTag("v1.0.0", null, false),
                    new PlannedTag("build-main", null, true),
                ],
                Official = Reference.Parse("quay.io/a/tiny"),
                Destinations = [Reference.Parse("quay.io/a/tiny"), Reference.Parse("docker.io/b/tiny")],
                StandIn = "kubelet",
                IsRehearsal = false,
                RehearsalOnly = "there are uncommitted changes",
            };
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void Lines_go_to_the_log_and_results_to_the_output()
    {
        Report.Line("a line");
        Report.Result("a result");
        Report.Result("{}\n"u8);
        Assert.Equal(("a line\n", "a result\n{}\n"), (_log.ToString(), _output.ToString()));
    }

    [Fact]
    public void Totals_say_what_is_in_the_layers_and_what_was_left_out()
    {
        Assert.Equal(
            "159 packages, 8,123 files, 2,310 left out (41.2 MB)",
            AssembleWorkflow.Describe(new PlatformTotals(159, 8123, 2310, 41_249_000))
        );
        Assert.Equal("1 package, 2 files", AssembleWorkflow.Describe(new PlatformTotals(1, 2, 0, 0)));
        Assert.Equal("layers come from an earlier run", AssembleWorkflow.Describe(null));
    }

    [Fact]
    public void A_plain_table_is_wide_enough_and_holds_text_as_it_is()
    {
        string wide = new('x', 400);
        Report.Table(
            ["a", "b"],
            [
                [wide, "[red]not markup[/]"],
                ["", "–"],
            ]
        );
        string[] lines = [.. _output.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("a ", lines[0].TrimStart(), StringComparison.Ordinal);
        Assert.Contains(wide, lines[1], StringComparison.Ordinal);
        Assert.Contains("[red]not markup[/]", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', _output.ToString());
        Assert.Empty(_log.ToString());
    }

    [Fact]
    public void A_plan_is_a_line_for_each_destination_and_tag_and_its_warnings_are_logged()
    {
        PlanView.Show(Report, Plan);
        string output = _output.ToString();
        Assert.Equal(6, output.Split('\n').Count(line => line.Contains("sha256:", StringComparison.Ordinal)));
        Assert.Contains("build-main (moves)", output, StringComparison.Ordinal);
        Assert.Contains("docker.io/b/tiny", output, StringComparison.Ordinal);
        Assert.DoesNotContain("stand-in", output, StringComparison.Ordinal);
        Assert.Contains("holds stand-ins for kubelet", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("there are uncommitted changes", _log.ToString(), StringComparison.Ordinal);
    }
}
