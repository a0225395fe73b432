using Nuke.Common;

namespace Slipway.Nuke.Tests;

/// <summary>The cases of NUKE's own completion, over a schema file as a run writes it.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Schema = ".nuke/build.schema.json";
    private readonly TestWorkflow _run = new();

    public CompletionTests()
    {
        _run.Files.Write("build/Graph/_build.csproj", "<Project/>");
        _run.AssemblyDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "build/Graph/bin/Release")).FullName;
        Assert.Equal(0, _run.Of<Completed>(x => x.Compile));
        _run.Conventions = new TestConventions();
    }

    public void Dispose() => _run.Dispose();

    public class Completed : Recorded
    {
        [Parameter]
        public Signer Signer { get; }

        [Parameter]
        public Signer[] OtherSigners { get; } = [];

        [Parameter]
        public string? ApiKey { get; }

        [Parameter]
        [Secret]
        public string? Password { get; }

        [Parameter]
        public bool AcceptUnsignedUnsafe { get; }

        public Target Compile => _ => _.Executes(() => Record("Compile"));
        public Target GitHubPublish => _ => _.Executes(() => Record("GitHubPublish"));
    }

    private string[] Offered(string line)
    {
        Assert.Equal(0, _run.Of<Completed>(x => x.Compile, ":complete", line));
        Assert.Equal("", _run.Log);
        return _run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("./build.sh C", "Compile")]
    [InlineData("./build.sh gith", "githubpublish")]
    [InlineData("./build.sh GITH", "GITHUBPUBLISH")]
    [InlineData("./build.sh Compile G", "GitHubPublish")]
    [InlineData("./build.sh Compile C")]
    [InlineData("./build.sh --target G", "GitHubPublish")]
    [InlineData("./build.sh Compile --api", "--api-key")]
    [InlineData("./build.sh -Api", "-ApiKey")]
    [InlineData("./build.sh --Ap", "--Api-key")]
    [InlineData("./build.sh --api-key x --api-k")]
    [InlineData("./build.sh --api-key=x --api-k")]
    [InlineData("./build.sh --signer ", "Key", "Cosign")]
    [InlineData("./build.sh --signer c", "cosign")]
    [InlineData("./build.sh --other-signers Key ", "Cosign")]
    [InlineData("./build.sh --verbosity q", "quiet")]
    [InlineData("./build.sh --api-key ")]
    [InlineData("./build.sh --no-such ")]
    [InlineData("./build.sh --acc", "--accept-unsigned-unsafe")]
    [InlineData("./build.sh --pas")]
    [InlineData("./build.sh --pl", "--plan")]
    [InlineData("./build.sh --hel", "--help")]
    [InlineData("build.ps1 --skip Com", "Compile")]
    public void The_word_at_the_end_is_completed(string line, params string[] words) =>
        Assert.Equal(words, Offered(line).Where(x => !line.EndsWith(' ') || !x.StartsWith('-')));

    [Fact]
    public void An_empty_word_may_become_a_target_or_a_parameter()
    {
        string[] all = Offered("./build.sh ");
        Assert.Contains("Compile", all);
        Assert.Contains("--api-key", all);
        Assert.DoesNotContain("--password", all);
        Assert.Equal(all.Distinct(), all);
    }

    [Fact]
    public void No_build_is_made_and_no_target_runs()
    {
        _run.Files.Write(".nuke/parameters.json", "not JSON");
        Offered("./build.sh Compile ");
        Assert.Equal(["Compile"], Recorded.Ran);
    }

    [Fact]
    public void The_names_are_those_of_the_schema_file()
    {
        _run.Files.Write(Schema, _run.Files.Read(Schema).Replace("\"Compile\"", "\"Collect\"", StringComparison.Ordinal));
        Assert.Equal(["Collect"], Offered("./build.sh Co"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{ half")]
    [InlineData("[]")]
    [InlineData("""{"definitions":{},"allOf":[]}""")]
    [InlineData("""{"definitions":{"NukeBuild":1},"allOf":[{"properties":{}}]}""")]
    public void Without_a_good_schema_file_the_build_class_gives_the_names(string? text)
    {
        File.Delete(Path.Combine(_run.Root, Schema));
        if (text is not null)
            _run.Files.Write(Schema, text);
        Assert.Equal(["Compile"], Offered("./build.sh Co"));
    }

    [Fact]
    public void Profiles_are_those_that_have_a_file()
    {
        _run.Files.Write(".nuke/parameters.json", "{}");
        _run.Files.Write(".nuke/parameters.ci.json", "{}");
        _run.Files.Write(".nuke/parameters.local.json", "{}");
        Assert.Equal(["ci", "local"], Offered("./build.sh --profile ").Where(x => !x.StartsWith('-')));
    }

    [Fact]
    public void Without_a_root_nothing_is_offered_and_nothing_is_wrong()
    {
        _run.WorkingDirectory = _run.AssemblyDirectory = Path.GetTempPath();
        Assert.Empty(Offered("./build.sh Co"));
    }

    [Fact]
    public void A_mark_of_the_root_that_is_a_file_has_no_profiles_and_does_no_harm()
    {
        Directory.Delete(Path.Combine(_run.Root, ".nuke"), recursive: true);
        _run.Files.Write(".nuke", "");
        Assert.Equal(["Compile"], Offered("./build.sh Co"));
    }

    [Fact]
    public void Without_a_line_everything_is_offered()
    {
        Assert.Equal(0, _run.Of<Completed>(x => x.Compile, ":complete"));
        Assert.Contains("Compile\n", _run.Output, StringComparison.Ordinal);
    }
}
