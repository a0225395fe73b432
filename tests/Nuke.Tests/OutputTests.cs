using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class OutputTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_run_writes_nothing_to_the_output()
    {
        _run.Of<ReleaseBuild>(x => x.All);
        Assert.Equal("", _run.Output);
        Assert.NotEqual("", _run.Log);
    }

    [Fact]
    public void What_is_not_a_terminal_gets_no_escape_codes_and_no_frame()
    {
        _run.Of<ReleaseBuild>(x => x.All);
        Assert.All(_run.Log, x => Assert.True(x is '\n' or (>= ' ' and <= '~'), $"character {(int)x}"));
    }

    [Fact]
    public void A_banner_stands_before_each_target_and_the_table_after_the_last()
    {
        _run.Of<ReleaseBuild>(x => x.All);
        string[] heads = [.. _run.Log.Split('\n').Where(x => x.StartsWith("== ", StringComparison.Ordinal)).Select(x => x.Split(' ')[1])];
        Assert.Equal(["Fetch", "Assemble", "Sign", "Preview", "Publish"], heads);
        Assert.Matches(@"(?m)^Target +Status +Duration$", _run.Log);
        Assert.Matches(@"(?m)^All +Collective$", _run.Log);
        Assert.Matches(@"(?m)^Total +\d+\.\d s$", _run.Log);
        Assert.Matches(@"(?m)^Build succeeded on .*\.$", _run.Log);
    }

    [Fact]
    public void Minimal_leaves_the_banners_out()
    {
        _run.Of<ReleaseBuild>(x => x.All, "--verbosity", "Minimal");
        Assert.DoesNotContain("==", _run.Log, StringComparison.Ordinal);
        Assert.Contains("Build succeeded", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_line_names_the_program_unless_it_is_not_wanted()
    {
        _run.Of<ReleaseBuild>(x => x.All);
        Assert.StartsWith("Slipway ", _run.Log, StringComparison.Ordinal);
        using TestWorkflow bare = new();
        bare.Of<ReleaseBuild>(x => x.All, "--no-logo");
        Assert.DoesNotContain("Slipway", bare.Log, StringComparison.Ordinal);
    }

    public class LongReason : Recorded
    {
        public Target Skipped =>
            _ =>
                _.OnlyWhenStatic(() =>
                        Environment.ProcessId < 0 && "a reason that is wider than eighty columns ".Length == 0 && DateTime.Now.Year < 1
                    )
                    .Executes(() => { });
    }

    [Fact]
    public void A_long_reason_stays_on_one_line_in_a_file()
    {
        _run.Of<LongReason>(x => x.Skipped);
        Assert.Matches(@"(?m)^Skipped +Skipped +only when Environment\.ProcessId .{60,} < 1$", _run.Log);
    }

    [Fact]
    public void Help_shows_targets_with_what_they_depend_on()
    {
        Assert.Equal(0, _run.Of<ReleaseBuild>(x => x.Publish, "--help", "--all"));
        Assert.StartsWith("Usage: ./build.sh [Target ...] [--parameter value ...]\n", _run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "  Publish (default)  -> Sign, Preview\n    Puts the images on the registries\n",
            _run.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("Hidden", _run.Output, StringComparison.Ordinal);
        Assert.Equal("", _run.Log);
        Assert.Empty(Recorded.Ran);
    }

    [Theory]
    [InlineData(@"^  --images VALUE\.\.\. +Images to build\.$")]
    [InlineData(@"^  --signer VALUE +Who signs\. One of: Key,\s+Cosign\.\s+Default:\s+Key\.$")]
    [InlineData(@"^  --artifacts-directory VALUE +Where everything goes\. Default: artifacts\.$")]
    [InlineData(@"^  --jobs VALUE +At once\. Default: 4\.$")]
    [InlineData(@"^  --json$")]
    [InlineData(@"^  --key-password VALUE +Password of the key\. Secret: set\s+SLIPWAY_KEY_PASSWORD\.$")]
    [InlineData(@"^  --accept-unsigned-unsafe +From the command line only\.$")]
    [InlineData(@"^  --target VALUE\.\.\. +Targets to run\. Default is 'Show'\.$")]
    [InlineData(@"SLIPWAY_VERBOSITY")]
    public void Help_shows_parameters_with_what_to_know(string line)
    {
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show, "--help", "--all"));
        Assert.Matches("(?m)" + line, _run.Output);
    }

    [Theory]
    [InlineData("--Help")]
    [InlineData("-h")]
    public void Help_has_more_than_one_spelling(string argument)
    {
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show, argument));
        Assert.StartsWith("Usage:", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_hides_secrets_and_what_is_unlisted_and_stays_narrow()
    {
        _run.Variables["SLIPWAY_KEY_PASSWORD"] = "hunter2";
        _run.Of<ParameterBuild>(x => x.Show, "--help", "--all");
        Assert.DoesNotContain("from-initialiser", _run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--secretly", _run.Output, StringComparison.Ordinal);
        Assert.All(_run.Output.Split('\n'), x => Assert.True(x.Length <= 80, x));
    }

    [Fact]
    public void Help_comes_even_where_the_parameters_file_is_broken()
    {
        _run.Parameters("{");
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show, "--help"));
    }
}
