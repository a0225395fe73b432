using System.Text.RegularExpressions;
using Nuke.Common;
using Nuke.Common.IO;

namespace Slipway.Nuke.Tests;

public sealed class TargetHelpTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class HelpBuild : Recorded
    {
        [Parameter("Images to build")]
        public string[]? Images { get; }

        [Parameter("Who signs")]
        public Signer Signer { get; } = Signer.Key;

        [Parameter]
        public int Jobs { get; } = 4;

        [Parameter]
        public bool Json { get; }

        [Parameter]
        public AbsolutePath Results { get; } = RootDirectory / "artifacts";

        [Parameter]
        [Secret]
        public string? Password { get; }

        [Parameter]
        [Secret]
        public string? Spare { get; } = "in-the-source";

        [Parameter]
        public string? Note { get; }

        [Parameter]
        public bool SkipChecksUnsafe { get; }

        [Parameter(List = false)]
        public string? Quiet { get; }

        public Target Fetch => _ => _.Executes(() => Record("Fetch"));
        public Target Sign => _ => _.DependsOn(Fetch).Requires(() => Password).Produces("artifacts/*.sig").Executes(() => Record("Sign"));
        public Target Publish =>
            _ => _.Description("Puts the images on the registries").DependsOn(Sign).Triggers(Tell).Executes(() => Record("Publish"));
        public Target Tell => _ => _.Executes(() => Record("Tell"));
    }

    private string Help(params string[] arguments)
    {
        int code = _run.Of<HelpBuild>(x => x.Fetch, arguments);
        Assert.True(code == 0, _run.Log);
        Assert.Empty(Recorded.Ran);
        return _run.Output;
    }

    private static string Value(string help, string flag) =>
        Regex.Match(help, $"(?m)^  {flag}( VALUE.*)?\n(?:      [^=].*\n)*      = (.*)$").Groups[2].Value;

    [Fact]
    public void It_shows_what_the_target_does_and_its_whole_plan() =>
        Assert.StartsWith(
            """
            Publish
                Puts the images on the registries

            ./build.sh Publish runs:
               1. Fetch
               2. Sign     depends on Fetch
               3. Publish  depends on Sign
               4. Tell     triggered by Publish

            Parameters, and the value each would have:

            """,
            Help("Publish", "--help"),
            StringComparison.Ordinal
        );

    [Fact]
    public void Every_value_comes_with_the_place_it_was_given()
    {
        _run.Parameters("""{ "Jobs": 6, "Results": "out" }""");
        _run.Files.Write(".nuke/parameters.ci.json", """{ "Note": "from ci" }""");
        _run.Variables["SLIPWAY_SIGNER"] = "cosign";
        string help = Help("Publish", "--images", "kubelet", "flannel-cni", "--help", "--profile", "ci");
        Assert.Equal("kubelet flannel-cni (command line)", Value(help, "--images"));
        Assert.Equal("Cosign (environment SLIPWAY_SIGNER)", Value(help, "--signer"));
        Assert.Equal("6 (.nuke/parameters.json)", Value(help, "--jobs"));
        Assert.Equal("out (.nuke/parameters.json)", Value(help, "--results"));
        Assert.Equal("from ci (.nuke/parameters.ci.json)", Value(help, "--note"));
        Assert.Equal("false (default)", Value(help, "--json"));
    }

    [Fact]
    public void What_nobody_gave_is_its_default_or_not_given()
    {
        string help = Help("Publish", "--help");
        Assert.Equal("artifacts (default)", Value(help, "--results"));
        Assert.Equal("4 (default)", Value(help, "--jobs"));
        Assert.Equal("not given", Value(help, "--images"));
        Assert.Equal("not given", Value(help, "--password"));
        Assert.DoesNotContain("--quiet", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_starred_wherever_they_come_from_and_wherever_they_stand()
    {
        _run.Variables["SLIPWAY_PASSWORD"] = "hunter2-hunter2";
        string help = Help("Publish", "--help", "--note", "it is hunter2-hunter2, or in-the-source");
        Assert.Equal("*** (environment SLIPWAY_PASSWORD)", Value(help, "--password"));
        Assert.Equal("*** (default)", Value(help, "--spare"));
        Assert.Equal("it is ***, or *** (command line)", Value(help, "--note"));
        Assert.DoesNotContain("hunter2", help + _run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("in-the-source", help, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_target_of_the_plan_requires_and_what_it_leaves_is_told()
    {
        Assert.Contains("  --password VALUE\n      Required by Sign.\n", Help("Publish", "--help"), StringComparison.Ordinal);
        Assert.Contains("Sign\n    Produces: artifacts/*.sig\n", Help("Sign", "--help"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_does_not_fit_is_told_beside_its_parameter_and_the_rest_still_shows()
    {
        _run.Variables["SLIPWAY_SKIP_CHECKS_UNSAFE"] = "true";
        string help = Help("Publish", "--jobs", "many", "--help");
        Assert.StartsWith("not usable: --jobs wants a whole number", Value(help, "--jobs"), StringComparison.Ordinal);
        Assert.StartsWith(
            "not usable: SLIPWAY_SKIP_CHECKS_UNSAFE is ignored",
            Value(help, "--skip-checks-unsafe"),
            StringComparison.Ordinal
        );
        Assert.Equal("Key (default)", Value(help, "--signer"));
    }

    [Fact]
    public void Several_targets_have_one_plan()
    {
        string help = Help("Sign", "Tell", "--help");
        Assert.StartsWith("Sign\n    Produces", help, StringComparison.Ordinal);
        Assert.Contains("\nTell\n\n./build.sh Sign Tell runs:\n   1. Fetch\n", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_target_help_is_of_the_whole_build() =>
        Assert.StartsWith("Usage: ./build.sh [Target ...]", Help("--help"), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_target_is_wrong_use()
    {
        Assert.Equal(64, _run.Of<HelpBuild>(x => x.Fetch, "Publsh", "--help"));
        Assert.Equal("unknown target Publsh; did you mean Publish?\n", _run.Log);
    }
}
