using Nuke.Common;
using Nuke.Common.Parameters;

namespace Slipway.Nuke.Tests;

public sealed class ParameterUseTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class UseBuild : Recorded
    {
        [Parameter("Images to build")]
        public string[]? Images { get; }

        [Parameter("Copy: the repository to copy to, as docker.io/psdn/kubelet; Save, Pack: the file to write")]
        public string? To { get; }

        [Parameter("Save: how much, as 100MB; default: all")]
        public string? Limit { get; }

        [Parameter("Whom to ask")]
        public string? Origin { get; }

        public Target Copy => _ => _.DependsOn(Ask).Executes(() => Record("Copy"));
        public Target Save => _ => _.Requires(() => Origin).Executes(() => Record("Save"));
        public Target Pack => _ => _.DependsOn(Save).Executes(() => Record("Pack"));
        public Target Ask => _ => _.Executes(() => Record("Ask"));
    }

    private string Run(params string[] arguments)
    {
        int before = _run.Output.Length;
        int code = _run.Of<UseBuild>(x => x.Copy, arguments);
        Assert.True(code == 0, _run.Log);
        Assert.Empty(Recorded.Ran);
        return _run.Output[before..];
    }

    private static string[] Flags(string help) =>
        [.. help.Split('\n').Where(line => line.StartsWith("  --", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];

    [Fact]
    public void A_target_shows_what_it_and_its_steps_read_and_what_it_needs_first()
    {
        Assert.Equal(["--images", "--origin", "--to"], Flags(Run("Copy", "--help")));
        Assert.Equal(["--origin", "--images", "--limit", "--to"], Flags(Run("Pack", "--help")));
        Assert.Equal(["--images", "--origin"], Flags(Run("Ask", "--help")));
    }

    [Fact]
    public void A_parameter_says_what_it_means_to_the_target()
    {
        Assert.Contains("      The repository to copy to, as docker.io/psdn/kubelet\n", Run("Copy", "--help"), StringComparison.Ordinal);
        Assert.Contains("      The file to write\n", Run("Save", "--help"), StringComparison.Ordinal);
        Assert.Contains("      How much, as 100MB; default: all\n", Run("Save", "--help"), StringComparison.Ordinal);
        Assert.Contains(
            "      The repository to copy to, as docker.io/psdn/kubelet; the file to write\n",
            Run("Copy", "Save", "--help"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_was_given_is_shown_though_nothing_reads_it()
    {
        string help = Run("Ask", "--limit", "5", "--help");
        Assert.Contains("--limit", Flags(help));
        Assert.Contains("      Save: how much, as 100MB; default: all\n      = 5 (command line)\n", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help Save", "Save --help")]
    [InlineData("help Copy Save --limit 5", "Copy Save --limit 5 --help")]
    [InlineData("version", "--version")]
    public void Words_ask_as_parameters_do(string words, string parameters) =>
        Assert.Equal(Run(parameters.Split(' ')), Run(words.Split(' ')));

    [Fact]
    public void The_version_is_one_line() => Assert.Matches(@"^[^\n]+ [0-9.]+[^\n]* on \.NET [0-9.]+\n$", Run("--version"));

    [Theory]
    [InlineData("Whom to ask; Nobody: all", "/Whom to ask; Nobody: all")]
    [InlineData("HOST=URL: send it there", "/HOST=URL: send it there")]
    [InlineData("Save: a: b; c: d", "Save/a: b; c: d")]
    [InlineData("Copy, Save: x; Pack: y", "Copy,Save/x|Pack/y")]
    [InlineData("", "/")]
    public void A_description_is_read_in_clauses(string description, string wanted) =>
        Assert.Equal(wanted, string.Join('|', ParameterUse.Of(description).Select(use => $"{string.Join(',', use.Targets)}/{use.Text}")));
}
