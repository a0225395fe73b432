using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Release.Tests;

public class BuilderTests
{
    private static readonly Dictionary<string, string> Workflow = new()
    {
        ["GITHUB_ACTIONS"] = "true",
        ["GITHUB_SERVER_URL"] = "https://github.com",
        ["GITHUB_REPOSITORY"] = "octo/tiny",
        ["GITHUB_WORKFLOW_REF"] = "octo/tiny/.github/workflows/release.yml@refs/tags/tiny/v1.0.0",
        ["GITHUB_RUN_ID"] = "1658821493",
        ["GITHUB_RUN_ATTEMPT"] = "2",
        ["RUNNER_ENVIRONMENT"] = "github-hosted",
    };

    private static readonly Dictionary<string, string> Pipeline = new()
    {
        ["GITLAB_CI"] = "true",
        ["CI_PROJECT_URL"] = "https://gitlab.example.org/group/sub/tiny",
        ["CI_CONFIG_PATH"] = ".gitlab-ci.yml",
        ["CI_COMMIT_TAG"] = "tiny/v1.0.0",
        ["CI_COMMIT_REF_NAME"] = "tiny/v1.0.0",
        ["CI_JOB_ID"] = "77",
    };

    [Fact]
    public void A_workflow_is_named_with_its_run_and_the_repository_that_it_built()
    {
        SlsaProvenance said = ProvenanceSamples.New(Builder.Of(Workflow.GetValueOrDefault));
        Assert.Equal("https://github.com/octo/tiny/.github/workflows/release.yml@refs/tags/tiny/v1.0.0", said.BuilderId);
        Assert.Equal("https://github.com/octo/tiny/actions/runs/1658821493/attempts/2", said.InvocationId);
        Assert.Equal("https://github.com/octo/tiny", said.Parameters.Source);
        Assert.Equal("github-hosted", said.BuilderParameters["runner"]);
        Assert.Equal(said.ToBytes(), SlsaProvenance.Parse(said.ToBytes()).ToBytes());
    }

    [Theory]
    [InlineData("tiny/v1.0.0", "refs/tags/tiny/v1.0.0")]
    [InlineData("", "refs/heads/tiny/v1.0.0")]
    public void A_pipeline_of_GitLab_is_named_as_Sigstore_names_it(string tag, string reference)
    {
        Builder builder = Builder.Of(asked => asked == "CI_COMMIT_TAG" ? tag : Pipeline.GetValueOrDefault(asked));
        Assert.Equal($"https://gitlab.example.org/group/sub/tiny//.gitlab-ci.yml@{reference}", builder.Id);
        Assert.Equal("https://gitlab.example.org/group/sub/tiny/-/jobs/77", builder.InvocationId);
        Assert.Equal("https://gitlab.example.org/group/sub/tiny", builder.Repository);
    }

    [Fact]
    public void Elsewhere_the_builder_is_local_and_says_what_that_is_worth()
    {
        Assert.Equal(Builder.Local, Builder.Of(_ => null));
        Assert.Equal(Builder.Local, Builder.Of(name => name == "GITHUB_ACTIONS" ? "false" : Workflow.GetValueOrDefault(name)));
        Assert.EndsWith("#local-slsa-build-level-1-at-most", Builder.Local.Id, StringComparison.Ordinal);
        Assert.Null(Builder.Local.InvocationId);
    }

    [Theory]
    [InlineData("GITHUB_SERVER_URL", null)]
    [InlineData("GITHUB_SERVER_URL", "http://github.com")]
    [InlineData("GITHUB_SERVER_URL", "https://user:secret@github.com")]
    [InlineData("GITHUB_REPOSITORY", null)]
    [InlineData("GITHUB_REPOSITORY", "octo")]
    [InlineData("GITHUB_REPOSITORY", "octo/tiny/..")]
    [InlineData("GITHUB_WORKFLOW_REF", null)]
    [InlineData("GITHUB_WORKFLOW_REF", "octo/tiny/release.yml")]
    [InlineData("GITHUB_WORKFLOW_REF", "octo/tiny/release.yml@refs/heads/a b")]
    [InlineData("GITHUB_RUN_ID", "")]
    [InlineData("GITHUB_RUN_ATTEMPT", "one")]
    [InlineData("GITHUB_RUN_ATTEMPT", "1\n")]
    [InlineData("CI_PROJECT_URL", null)]
    [InlineData("CI_PROJECT_URL", "https://user:secret@gitlab.com/group/tiny")]
    [InlineData("CI_PROJECT_URL", "https://gitlab.com/tiny")]
    [InlineData("CI_CONFIG_PATH", null)]
    [InlineData("CI_CONFIG_PATH", "a path@refs/heads/main")]
    [InlineData("CI_COMMIT_TAG", "tiny/v1 0")]
    [InlineData("CI_JOB_ID", "seven")]
    public void A_workflow_that_cannot_be_named_is_not_called_local(string name, string? value)
    {
        ReleaseException e = Assert.Throws<ReleaseException>(() =>
            Builder.Of(asked =>
                asked == name ? value : (name.StartsWith("CI_", StringComparison.Ordinal) ? Pipeline : Workflow).GetValueOrDefault(asked)
            )
        );
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_the_build_type_has_the_sections_that_builders_lead_to()
    {
        string page = File.ReadAllText(Testing.SourceTree.At("docs", "build-types", "image-v1.md"));
        Assert.EndsWith("/docs/build-types/image-v1.md", SlsaProvenance.BuildType, StringComparison.Ordinal);
        IEnumerable<string> anchors = page.Split('\n')
            .Where(line => line.StartsWith('#'))
            .Select(line => line.TrimStart('#').Trim().ToLowerInvariant().Replace(":", "", StringComparison.Ordinal).Replace(' ', '-'));
        Assert.Subset(
            anchors.ToHashSet(),
            new[] { Builder.Local, Builder.Rehearsal }.Select(builder => builder.Id.Split('#')[1]).ToHashSet()
        );
    }

    [Fact]
    public void The_example_of_the_page_is_a_provenance_and_names_every_parameter()
    {
        string page = File.ReadAllText(Testing.SourceTree.At("docs", "build-types", "image-v1.md"));
        string example = page.Split("```json\n")[1].Split("```")[0];
        SlsaProvenance provenance = SlsaProvenance.Parse(System.Text.Encoding.UTF8.GetBytes(example));
        Assert.Equal("kubelet", provenance.Parameters.Image);
        Assert.All(["image", "source", "commit", "tag", "modified", "definition", "lock", "platforms", "runner"], name =>
            Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal)
        );
    }
}
