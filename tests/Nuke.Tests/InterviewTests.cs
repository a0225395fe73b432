using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class InterviewTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Needy : Recorded
    {
        [Parameter("Who signs")]
        public Signer? Signer { get; }

        [Parameter("Images to build")]
        public string[] Images { get; } = [];

        [Parameter("Password of the key")]
        [Secret]
        public string? Password { get; }

        [Parameter]
        [Secret]
        public int? Pin { get; }

        [Parameter]
        public string? TrustAllUnsafe { get; }

        public Target Free => _ => _.Executes(() => Record("Free"));
        public Target Sign => _ => _.Requires(() => Signer).Requires(() => Password).Executes(() => Record($"{Signer} {Password}"));
        public Target Build => _ => _.Requires(() => Images).Executes(() => Record(string.Join('|', Images)));
        public Target Leak =>
            _ => _.Requires(() => Password).Executes(() => throw new InvalidOperationException($"cannot open with {Password}"));
        public Target Unlock => _ => _.Requires(() => Pin).Executes(() => Record($"{Pin}"));
        public Target Trust => _ => _.Requires(() => TrustAllUnsafe).Executes(() => Record("Trust"));
        public Target Twice => _ => _.DependsOn(Sign).Requires(() => Password).Executes(() => Record("Twice"));
    }

    private int Of(string target, params string[] answers)
    {
        _run.Prompt = new FakePrompt(answers);
        return _run.Of<Needy>(x => x.Free, target);
    }

    [Fact]
    public void What_a_scheduled_target_requires_is_asked_for_and_used()
    {
        Assert.Equal(0, Of("Sign", "cosign", "hunter2-hunter2"));
        Assert.Equal(["Cosign hunter2-hunter2"], Recorded.Ran);
        Assert.Equal(["--signer (Who signs) [Key, Cosign]: "], _run.Prompt!.Questions);
        Assert.Equal(["--password (Password of the key): "], _run.Prompt.SecretQuestions);
    }

    [Fact]
    public void Nothing_is_asked_that_no_scheduled_target_requires()
    {
        Assert.Equal(0, Of("Free"));
        Assert.Empty(_run.Prompt!.Questions.Concat(_run.Prompt.SecretQuestions));
    }

    [Fact]
    public void What_was_given_is_not_asked_for()
    {
        _run.Variables["SLIPWAY_SIGNER"] = "Key";
        Assert.Equal(0, Of("Sign", "hunter2-hunter2"));
        Assert.Empty(_run.Prompt!.Questions);
    }

    [Fact]
    public void Two_targets_that_require_the_same_ask_once()
    {
        Assert.Equal(0, Of("Twice", "key", "hunter2-hunter2"));
        Assert.Single(_run.Prompt!.SecretQuestions);
    }

    [Fact]
    public void A_list_is_answered_with_blanks_between()
    {
        Assert.Equal(0, Of("Build", " kubelet  flannel-cni "));
        Assert.Equal(["kubelet|flannel-cni"], Recorded.Ran);
    }

    [Fact]
    public void An_answer_that_does_not_fit_is_explained_and_asked_for_again()
    {
        Assert.Equal(0, Of("Sign", "cosine", "key", "hunter2-hunter2"));
        Assert.Contains("--signer wants one of Key, Cosign, got 'cosine'; did you mean Cosign?\n", _run.Log, StringComparison.Ordinal);
        Assert.Equal(2, _run.Prompt!.Questions.Count);
    }

    [Fact]
    public void A_secret_answer_is_shown_nowhere_and_kept_nowhere()
    {
        Assert.Equal(1, Of("Leak", "hunter2-hunter2"));
        Assert.Contains("cannot open with ***", _run.Log, StringComparison.Ordinal);
        Assert.Equal(0, Of("Unlock", "not-a-number", "1234"));
        Assert.DoesNotContain("not-a-number", _run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _run.Log + _run.Output, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(_run.Root, "*", SearchOption.AllDirectories), x =>
            Assert.DoesNotContain("hunter2", File.ReadAllText(x), StringComparison.Ordinal)
        );
        Assert.Equal(64, _run.Of<Needy>(x => x.Leak, "--no-logo"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void No_answer_is_the_wrong_use_it_was_without_a_terminal(string? answer)
    {
        Assert.Equal(64, answer is null ? Of("Build") : Of("Build", answer, "kubelet"));
        Assert.Equal("target Build needs a value for --images; give --images or set SLIPWAY_IMAGES\n", _run.Log);
        Assert.Single(_run.Prompt!.Questions);
    }

    [Theory]
    [InlineData("CI", "true")]
    [InlineData("GITHUB_ACTIONS", "true")]
    public void A_build_server_is_never_asked(string variable, string value)
    {
        _run.Variables[variable] = value;
        Assert.Equal(64, Of("Build", "kubelet"));
        Assert.Empty(_run.Prompt!.Questions);
        Assert.Empty(Recorded.Ran);
    }

    [Fact]
    public void What_weakens_a_check_is_never_asked_for()
    {
        Assert.Equal(64, Of("Trust", "yes"));
        Assert.Empty(_run.Prompt!.Questions);
    }
}
