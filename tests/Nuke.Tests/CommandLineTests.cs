namespace Slipway.Nuke.Tests;

public sealed class CommandLineTests : IDisposable
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

    [Theory]
    [InlineData("--images", "kubelet", "flannel-cni")]
    [InlineData("--Images", "kubelet", "flannel-cni")]
    [InlineData("-images", "kubelet", "flannel-cni")]
    [InlineData("--IMAGES=kubelet", "flannel-cni")]
    [InlineData("--images", "kubelet", "--jobs", "2", "--images", "flannel-cni")]
    public void A_list_takes_values_up_to_the_next_name_and_grows_when_repeated(params string[] arguments) =>
        Assert.Equal(["kubelet", "flannel-cni"], Parse(arguments).Images!);

    [Fact]
    public void A_list_with_a_separator_is_split_at_it() =>
        Assert.Equal(["linux/amd64", "linux/arm64"], Parse("--platforms", "linux/amd64,linux/arm64").Platforms!);

    [Fact]
    public void A_value_after_an_equals_sign_may_hold_more_of_them_and_begin_with_a_dash()
    {
        Assert.Equal("a=b", Parse("--upstream=a=b").Mirror);
        Assert.Equal("--x", Parse("--upstream=--x").Mirror);
    }

    [Fact]
    public void A_negative_number_is_a_value() => Assert.Equal(-3, Parse("--jobs", "-3").Jobs);

    [Fact]
    public void A_switch_needs_no_value_and_takes_false()
    {
        Assert.True(Parse("--json").Json);
        Assert.False(Parse("--json", "false").Json);
        Assert.Null(Parse().Confirmed);
        Assert.True(Parse("--confirmed").Confirmed);
    }

    [Fact]
    public void Enums_ignore_letter_case_and_stand_in_lists_too()
    {
        Assert.Equal(Signer.Cosign, Parse("--signer", "cosign").Signer);
        Assert.Equal([Signer.Cosign, Signer.Key], Parse("--other-signers", "Cosign", "KEY").OtherSigners);
    }

    [Fact]
    public void What_is_not_given_keeps_its_initialiser()
    {
        ParameterBuild build = Parse();
        Assert.Equal(4, build.Jobs);
        Assert.Null(build.Limit);
        Assert.Equal(Signer.Key, build.Signer);
        Assert.Equal(Path.Combine(_run.Root, "artifacts"), build.ArtifactsDirectory.ToString());
    }

    [Fact]
    public void A_member_without_a_setter_and_a_renamed_one_are_set()
    {
        Assert.True(Parse("--accept-unsigned-unsafe").AcceptUnsignedUnsafe);
        Assert.Equal("m", Parse("--upstream", "m").Mirror);
    }

    [Fact]
    public void The_last_of_a_repeated_single_value_wins() => Assert.Equal(2, Parse("--jobs", "1", "--jobs", "2").Jobs);

    [Fact]
    public void Relative_paths_stand_below_the_working_directory()
    {
        string below = Directory.CreateDirectory(Path.Combine(_run.Root, "a b")).FullName;
        _run.WorkingDirectory = below;
        ParameterBuild build = Parse("--artifacts-directory", "../out", "--inputs", "x", "/y");
        Assert.Equal(Path.Combine(_run.Root, "out"), build.ArtifactsDirectory.ToString());
        Assert.Equal([Path.Combine(below, "x"), "/y"], build.Inputs!.Select(x => x.ToString()));
    }

    [Fact]
    public void An_unknown_name_gets_the_nearest_one() =>
        Refused("unknown parameter --imags; did you mean --images?", "--imags", "kubelet");

    [Fact]
    public void A_name_like_no_other_points_at_the_help() =>
        Refused("unknown parameter --quux-frobnicate; ./build.sh --help --all lists them", "--quux-frobnicate");

    [Fact]
    public void A_wrong_enum_value_lists_the_right_ones() =>
        Refused("--signer wants one of Key, Cosign, got 'cosing'; did you mean Cosign?", "--signer", "cosing");

    [Fact]
    public void A_number_is_no_enum_value() => Refused("--signer wants one of Key, Cosign, got '1'", "--signer", "1");

    [Theory]
    [InlineData("many")]
    [InlineData("99999999999")]
    [InlineData("1.5")]
    [InlineData("")]
    public void A_wrong_number_says_what_is_wanted(string text) =>
        Refused($"--jobs wants a whole number from -2147483648 to 2147483647, got '{text}'", "--jobs", text);

    [Fact]
    public void A_name_without_its_value_is_wrong_use() => Refused("--upstream wants a value", "--upstream");

    [Fact]
    public void An_empty_list_is_wrong_use() => Refused("--images wants at least one value", "--images");

    [Fact]
    public void An_empty_path_is_wrong_use() => Refused("--artifacts-directory wants a path, got ''", "--artifacts-directory", "");

    [Fact]
    public void A_target_after_a_single_value_is_told_its_place() =>
        Refused("--upstream takes one value, got 2: m Show; targets come before the first --name", "--upstream", "m", "Show");

    [Fact]
    public void A_target_after_a_switch_is_told_its_place() =>
        Refused("--json wants true or false, got 'Show'; targets come before the first --name", "--json", "Show");

    [Fact]
    public void A_secret_is_not_repeated_in_an_error()
    {
        Refused("--pin wants a whole number from -2147483648 to 2147483647, got something else (a secret, not shown)", "--pin", "hunter2");
        Assert.DoesNotContain("hunter2", _run.Log + _run.Output, StringComparison.Ordinal);
    }
}
