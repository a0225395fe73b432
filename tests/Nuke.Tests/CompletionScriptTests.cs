using Nuke.Common;

namespace Slipway.Nuke.Tests;

/// <summary>What the scripts of <c>completion SHELL</c> hold; that shells do by them what they should is seen in shells.</summary>
public sealed class CompletionScriptTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Scripted : Recorded
    {
        [Parameter("Compile: who signs")]
        public Signer Signer { get; }

        [Parameter("Publish: where to")]
        public string? Place { get; }

        [Parameter("For the tests of the kernel alone", List = false)]
        public string? Unlisted { get; }

        public Target Compile => _ => _.Executes(() => Record("Compile"));
        public Target Publish => _ => _.DependsOn(Compile).Executes(() => Record("Publish"));
        public Target Hidden => _ => _.Unlisted().Executes(() => Record("Hidden"));
    }

    [Fact]
    public void It_has_listed_targets_with_the_parameters_that_they_and_their_steps_read()
    {
        Assert.Equal(0, _run.Of<Scripted>(x => x.Compile, "completion", "bash"));
        string[] lines = _run.Output.Split('\n');
        string compile = Assert.Single(lines, line => line.StartsWith("    'compile')", StringComparison.Ordinal)),
            publish = Assert.Single(lines, line => line.StartsWith("    'publish')", StringComparison.Ordinal));
        Assert.Contains("--signer", compile, StringComparison.Ordinal);
        Assert.DoesNotContain("--place", compile, StringComparison.Ordinal);
        Assert.Contains("--signer", publish, StringComparison.Ordinal);
        Assert.Contains("--place", publish, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("'--signer') echo", StringComparison.Ordinal));
        Assert.Contains("offered='Compile Publish help version completion'", _run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unlisted", _run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hidden", _run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Recorded.Ran);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void No_place_of_a_template_is_left_open(string shell)
    {
        Assert.Equal(0, _run.Of<Scripted>(x => x.Compile, "completion", shell));
        Assert.DoesNotMatch("@[a-z]+@", _run.Output);
        Assert.Contains("build.sh", _run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("tcsh")]
    [InlineData("bash", "zsh")]
    public void Another_shell_is_wrong_use(params string[] shells)
    {
        Assert.Equal(64, _run.Of<Scripted>(x => x.Compile, ["completion", .. shells]));
        Assert.Contains(
            "completion wants the name of a shell: ./build.sh completion bash|zsh|fish|pwsh",
            _run.Log,
            StringComparison.Ordinal
        );
        Assert.Equal("", _run.Output);
    }
}
