using Nuke.Common;
using Nuke.Common.CI;

namespace Slipway.Nuke.Tests;

/// <summary>A whole run's log on a CI server: folded, marked, without secrets, and with no command but the kernel's own.</summary>
public sealed class ServerLogTests : IDisposable
{
    private readonly TestWorkflow _run = new() { Conventions = new PlacedConventions() };

    [Fact]
    public void On_GitHub_a_target_is_a_group_and_its_failure_is_marked_after_it()
    {
        _run.Variables["GITHUB_ACTIONS"] = "true";

        Assert.Equal(65, _run.Of<FailingBuild>(x => x.Check));

        string[] commands = [.. _run.Log.Split('\n').Where(line => line.StartsWith("::", StringComparison.Ordinal))];
        Assert.Equal(
            [
                "::group::Check",
                "::endgroup::",
                "::error file=images/a/image.yaml,line=2,col=3::Check failed: images/a/image.yaml:2:3: wrong",
            ],
            commands
        );
    }

    [Fact]
    public void On_GitHub_every_secret_parameter_is_hidden_before_anything_else_is_said()
    {
        _run.Variables["GITHUB_ACTIONS"] = "true";
        _run.Variables["SLIPWAY_PASSWORD"] = "p4ss%\nsecond line";

        _run.Of<FailingBuild>(x => x.Fine);

        Assert.StartsWith("::add-mask::p4ss%25\n::add-mask::second line\n", _run.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GITLAB_CI")]
    [InlineData("TEAMCITY_VERSION")]
    [InlineData("CI")]
    [InlineData("NONE")]
    public void Where_a_server_cannot_hide_a_secret_it_is_not_said_at_all(string variable)
    {
        _run.Variables[variable] = "true";
        _run.Variables["SLIPWAY_PASSWORD"] = "p4ssw0rd";

        _run.Of<FailingBuild>(x => x.Fine);

        Assert.DoesNotContain("p4ssw0rd", _run.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x\n::set-output name=a::b")]
    [InlineData("x\r::warning::b")]
    [InlineData("x\n##[warning]b")]
    [InlineData("x\n::endgroup::")]
    public void What_a_failure_quotes_is_no_command(string text)
    {
        _run.Variables["GITHUB_ACTIONS"] = "true";
        FailingBuild.Words = text;

        _run.Of<FailingBuild>(x => x.Quote);

        string[] lines = _run.Log.Split('\n', '\r');
        Assert.DoesNotContain(lines, line =>
            line.StartsWith("::set-output", StringComparison.Ordinal)
            || line.StartsWith("::warning", StringComparison.Ordinal)
            || line.Contains("##[", StringComparison.Ordinal)
        );
        Assert.Equal(
            lines.Count(line => line.StartsWith("::group::", StringComparison.Ordinal)),
            lines.Count(line => line == "::endgroup::")
        );
    }

    [Fact]
    public void The_page_of_the_step_has_a_row_for_each_target_with_what_went_wrong()
    {
        string page = Path.Combine(_run.Root, "page.md");
        _run.Variables["GITHUB_ACTIONS"] = "true";
        _run.Variables["GITHUB_STEP_SUMMARY"] = page;
        FailingBuild.Words = "a | b\n<script>";

        _run.Of<FailingBuild>(x => x.Quote);

        string text = File.ReadAllText(page);
        Assert.Contains("| Quote | Failed |", text, StringComparison.Ordinal);
        Assert.Contains("a \\| b", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_server_without_a_form_a_target_is_one_line_with_the_time()
    {
        _run.Variables["CI"] = "true";

        _run.Of<FailingBuild>(x => x.Fine);

        Assert.Contains(_run.Log.Split('\n'), line =>
            System.Text.RegularExpressions.Regex.IsMatch(line, @"^\d{4}-\d\d-\d\dT[\d:]{8}Z Fine$")
        );
        Assert.DoesNotContain("==", _run.Log, StringComparison.Ordinal);
    }

    public void Dispose() => _run.Dispose();

    public sealed class FailingBuild : NukeBuild
    {
        [Parameter("A password"), Secret]
        private readonly string? Password = null;

        public static string Words { get; set; } = "";

        public Target Check => _ => _.Executes(() => throw new InvalidDataException("images/a/image.yaml:2:3: wrong"));

        public Target Quote => _ => _.Executes(() => throw new InvalidDataException(Words));

        public Target Fine => _ => _.Executes(() => Assert.NotEqual("x", Password));
    }

    /// <summary>As Slipway's: no control sequence, no command, and the place of what names one.</summary>
    private sealed class PlacedConventions : TestConventions, IBuildConventions
    {
        public string Printable(string line) =>
            line.Replace('\r', '?').Replace("##[", "# #[", StringComparison.Ordinal).Replace("::", ": :", StringComparison.Ordinal);

        public SourcePlace? PlaceOf(Exception exception) =>
            exception.Message.StartsWith("images/", StringComparison.Ordinal) ? new SourcePlace("images/a/image.yaml", 2, 3) : null;
    }
}
