using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class ParameterSourceTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    private ParameterBuild Parse(params string[] arguments)
    {
        int code = _run.Of<ParameterBuild>(x => x.Show, arguments);
        Assert.True(code == 0, _run.Log);
        return ParameterBuild.Last;
    }

    private void Refused(string words, params string[] arguments)
    {
        Assert.Equal(64, _run.Of<ParameterBuild>(x => x.Show, arguments));
        Assert.Equal(words + "\n", _run.Log);
    }

    [Fact]
    public void Command_line_wins_over_environment_over_profile_over_file_over_initialiser()
    {
        Assert.Equal(4, Parse().Jobs);
        _run.Parameters("""{ "$schema": "./build.schema.json", "Jobs": 5 }""");
        Assert.Equal(5, Parse().Jobs);
        _run.Files.Write(".nuke/parameters.ci.json", """{ "Jobs": 6 }""");
        Assert.Equal(6, Parse("--profile", "ci").Jobs);
        _run.Variables["SLIPWAY_JOBS"] = "7";
        Assert.Equal(7, Parse("--profile", "ci").Jobs);
        Assert.Equal(8, Parse("--profile", "ci", "--jobs", "8").Jobs);
    }

    [Fact]
    public void The_file_gives_every_type()
    {
        _run.Parameters(
            """
            { // a comment
              "images": ["kubelet", "flannel-cni"], "Signer": "cosign", "Jobs": "12", "Json": true, "Limit": null,
              "ArtifactsDirectory": "out/put", "other-signers": "Key",
            }
            """
        );
        _run.WorkingDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "below")).FullName;
        ParameterBuild build = Parse();
        Assert.Equal(["kubelet", "flannel-cni"], build.Images!);
        Assert.Equal(Signer.Cosign, build.Signer);
        Assert.Equal(12, build.Jobs);
        Assert.True(build.Json);
        Assert.Null(build.Limit);
        Assert.Equal([Signer.Key], build.OtherSigners);
        Assert.Equal(Path.Combine(_run.Root, "out", "put"), build.ArtifactsDirectory.ToString());
    }

    [Fact]
    public void The_file_can_name_targets_and_verbosity()
    {
        _run.Parameters("""{ "Target": ["Guarded"], "Verbosity": "Quiet" }""");
        Assert.Equal(64, _run.Of<ParameterBuild>(x => x.Show));
        Assert.Contains("Guarded", _run.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Imags": 1 }""", ".nuke/parameters.json: unknown parameter Imags; did you mean Images?")]
    [InlineData("""{ "Jobs": "x" }""", ".nuke/parameters.json: Jobs wants a whole number from -2147483648 to 2147483647, got 'x'")]
    [InlineData("""{ "Signer": "pgp" }""", ".nuke/parameters.json: Signer wants one of Key, Cosign, got 'pgp'")]
    [InlineData(
        """{ "Jobs": { "a": 1 } }""",
        ".nuke/parameters.json: Jobs: wanted a string, number, boolean or a list of these, got Object"
    )]
    [InlineData("""{ "Images": [] }""", ".nuke/parameters.json: Images wants at least one value")]
    [InlineData("[]", ".nuke/parameters.json: wanted one JSON object, got Array")]
    [InlineData("{ \"Jobs\": 1\n \"Json\": true }", ".nuke/parameters.json: line 2 is not valid JSON")]
    [InlineData(
        """{ "KeyPassword": "hunter2" }""",
        ".nuke/parameters.json: KeyPassword is a secret and is not read from a file; set it in the environment"
    )]
    [InlineData("""{ "Root": "/" }""", ".nuke/parameters.json: Root cannot be set in a file; give --root on the command line")]
    [InlineData(
        """{ "AcceptUnsignedUnsafe": true }""",
        ".nuke/parameters.json: AcceptUnsignedUnsafe is ignored: "
            + "--accept-unsigned-unsafe weakens a check and is taken from the command line only; remove it there"
    )]
    public void A_wrong_file_is_named_with_the_key_in_one_line(string json, string words)
    {
        _run.Parameters(json);
        Refused(words);
    }

    [Fact]
    public void A_profile_that_is_not_there_is_wrong_use() =>
        Refused($"--profile nope: .nuke/parameters.nope.json not found in {_run.Root}", "--profile", "nope");

    [Fact]
    public void What_weakens_a_check_is_refused_from_the_environment_even_beside_the_flag()
    {
        _run.Variables["SLIPWAY_ACCEPT_UNSIGNED_UNSAFE"] = "true";
        Refused(
            "SLIPWAY_ACCEPT_UNSIGNED_UNSAFE is ignored: --accept-unsigned-unsafe weakens a check and is taken from the command line only; "
                + "remove it there",
            "--accept-unsigned-unsafe"
        );
    }

    [Fact]
    public void The_environment_splits_lists_at_blanks_and_paths_at_the_path_separator()
    {
        _run.Variables["SLIPWAY_IMAGES"] = "kubelet  flannel-cni";
        _run.Variables["SLIPWAY_INPUTS"] = "/a b:/c";
        _run.Variables["SLIPWAY_PLATFORMS"] = "a b,c";
        ParameterBuild build = Parse();
        Assert.Equal(["kubelet", "flannel-cni"], build.Images!);
        Assert.Equal(["/a b", "/c"], build.Inputs!.Select(x => x.ToString()));
        Assert.Equal(["a b", "c"], build.Platforms!);
    }

    [Fact]
    public void An_empty_variable_and_one_without_the_prefix_give_nothing()
    {
        _run.Variables["SLIPWAY_JOBS"] = "";
        _run.Variables["JOBS"] = "9";
        _run.Variables["NUKE_JOBS"] = "9";
        Assert.Equal(4, Parse().Jobs);
    }

    [Fact]
    public void Without_a_prefix_bare_names_and_those_after_NUKE_count()
    {
        _run.Conventions = new TestConventions { EnvironmentPrefix = "" };
        _run.Variables["Jobs"] = "9";
        _run.Variables["NUKE_SIGNER"] = "cosign";
        ParameterBuild build = Parse();
        Assert.Equal(9, build.Jobs);
        Assert.Equal(Signer.Cosign, build.Signer);
    }

    [Fact]
    public void Variables_that_disagree_are_refused()
    {
        _run.Conventions = new TestConventions { EnvironmentPrefix = "" };
        _run.Variables["Jobs"] = "9";
        _run.Variables["JOBS"] = "8";
        Refused("--jobs: the variables JOBS and Jobs disagree; keep one of them");
    }

    [Fact]
    public void A_wrong_variable_is_named()
    {
        _run.Variables["SLIPWAY_JSON"] = "yes please";
        Refused("SLIPWAY_JSON wants true or false, got 'yes please'");
    }

    [Fact]
    public void Missing_values_are_all_named_with_the_ways_to_give_them_before_anything_runs()
    {
        Assert.Equal(64, _run.Of<ParameterBuild>(null, "Sign"));
        Assert.Equal(
            "target Sign needs a value for --upstream; give --upstream or set SLIPWAY_UPSTREAM\n"
                + "target Sign needs a value for --limit; give --limit or set SLIPWAY_LIMIT\n",
            _run.Log
        );
        Assert.Equal(0, _run.Of<ParameterBuild>(null, "Sign", "--upstream", "m", "--limit", "0"));
    }

    [Fact]
    public void A_blank_value_is_as_good_as_none()
    {
        Assert.Equal(64, _run.Of<ParameterBuild>(null, "Sign", "--upstream", " ", "--limit", "1"));
        Assert.StartsWith("target Sign needs a value for --upstream;", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_does_not_hold_is_shown()
    {
        Assert.Equal(64, _run.Of<ParameterBuild>(null, "Guarded"));
        Assert.Equal("target Guarded requires (Jobs > 10)\n", _run.Log);
        Assert.Equal(0, _run.Of<ParameterBuild>(null, "Guarded", "--jobs", "11"));
    }

    public class NeedsToken : NukeBuild
    {
        [Parameter]
        [Required]
        [Secret]
        public string? Token { get; }
        public Target Any => _ => _.Executes(() => { });
    }

    [Fact]
    public void A_required_member_is_needed_by_every_run_and_a_secret_by_environment_only()
    {
        Assert.Equal(64, _run.Of<NeedsToken>(x => x.Any));
        Assert.Equal("every run needs a value for --token; set SLIPWAY_TOKEN\n", _run.Log);
    }
}
