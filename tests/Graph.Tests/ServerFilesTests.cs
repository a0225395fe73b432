using System.Text.RegularExpressions;
using Nuke.Common.CI;
using Slipway.Testing;
using YamlDotNet.RepresentationModel;
using YamlNode = YamlDotNet.RepresentationModel.YamlNode;

namespace Slipway.Graph.Tests;

/// <summary>What CI servers run is what the build class says, and gives nobody more than a job needs.</summary>
public sealed class ServerFilesTests
{
    private static readonly ConfigurationFiles Files = new(
        typeof(Build),
        new ConfigurationContext
        {
            RootDirectory = SourceTree.At("."),
            Command = "./build.sh",
            Targets = [],
        }
    );

    public static TheoryData<string> Ids => [.. Files.Generators.Select(generator => generator.Id)];

    public static TheoryData<string> Workflows => [.. Files.Generators.Select(x => x.ConfigurationFile).Where(IsWorkflow)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_committed_file_is_the_generated_one(string id) =>
        Assert.False(
            Files.Stale().Any(stale => stale.Id == id),
            $"Run ./build.sh --generate-configuration {id}, and commit what it writes"
        );

    [Fact]
    public void There_are_no_other_workflows() =>
        Assert.Equal(
            Files.Generators.Select(x => x.ConfigurationFile).Where(IsWorkflow).Order(StringComparer.Ordinal),
            Directory
                .GetFiles(SourceTree.At(".github", "workflows"))
                .Select(file => $".github/workflows/{Path.GetFileName(file)}")
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_are_GitHubs_own_five_at_whole_commits_with_their_versions(string file) =>
        Assert.All(Regex.Matches(Text(file), @"uses: (.*)").Select(match => match.Groups[1].Value), uses =>
            Assert.Matches(
                @"^(actions/(checkout|setup-dotnet|cache|upload-artifact|download-artifact)@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/reproduce\.yml)$",
                uses
            )
        );

    [Theory]
    [MemberData(nameof(Workflows))]
    public void No_command_holds_an_expression_and_no_checkout_keeps_the_token(string file)
    {
        Assert.All(Steps(file), step => Assert.DoesNotContain("${{", Value(step, "run") ?? "", StringComparison.Ordinal));
        Assert.All(
            Steps(file).Where(step => Value(step, "uses")?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true),
            step => Assert.Equal("false", Value((YamlMappingNode)step["with"], "persist-credentials"))
        );
        Assert.DoesNotContain("github.event.", Text(file), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void What_starts_a_workflow_with_somebody_elses_code_and_our_rights_starts_none(string file) =>
        Assert.DoesNotContain(Keys(Document(file)["on"]), trigger => trigger is "pull_request_target" or "workflow_run" or "issue_comment");

    [Fact]
    public void What_runs_the_code_of_a_pull_request_gets_no_secret_and_may_write_nothing()
    {
        string[] started = [.. Workflows.Select(row => row.Data).Where(file => Keys(Document(file)["on"]).Contains("pull_request"))];

        Assert.Equal([".github/workflows/check.yml"], started);
        Assert.DoesNotContain("secrets", Text(started[0]), StringComparison.Ordinal);
        Assert.DoesNotContain("vars.", Text(started[0]), StringComparison.Ordinal);
        Assert.All(Jobs(started[0]), job => Assert.Equal("contents: read", Rights(job.Value)));
        Assert.DoesNotContain(Jobs(started[0]), job => Keys(job.Value).Contains("environment"));
    }

    [Fact]
    public void Each_job_has_the_rights_that_it_needs_and_no_others() =>
        Assert.Equal(
            """
            check rehearse: contents: read
            check test: contents: read
            release assemble-flannel-cni: contents: read
            release assemble-kubelet: contents: read
            release compile: contents: read
            release release-flannel-cni: contents: write, id-token: write
            release release-kubelet: contents: write, id-token: write
            release reproduce-flannel-cni: contents: read, id-token: write
            release reproduce-kubelet: contents: read, id-token: write
            reproduce reproduce-flannel-cni: contents: read, id-token: write
            reproduce reproduce-kubelet: contents: read, id-token: write
            stay-current ubuntu-24_04: contents: write, pull-requests: write
            watch ubuntu-24_04: contents: read, issues: write
            """,
            string.Join(
                '\n',
                Workflows
                    .Select(row => row.Data)
                    .SelectMany(file =>
                        Jobs(file).Select(job => $"{Path.GetFileNameWithoutExtension(file)} {job.Key}: {Rights(job.Value)}")
                    )
                    .Order(StringComparer.Ordinal)
            )
        );

    [Theory]
    [InlineData("flannel-cni")]
    [InlineData("kubelet")]
    public void A_release_signs_in_the_protected_environment_one_at_a_time_and_is_never_ended_half_way(string image)
    {
        YamlMappingNode job = Jobs(".github/workflows/release.yml")[$"release-{image}"];

        Assert.Equal("release", Value(job, "environment"));
        Assert.Equal($"release-{image}", Value((YamlMappingNode)job["concurrency"], "group"));
        Assert.Equal("false", Value((YamlMappingNode)job["concurrency"], "cancel-in-progress"));
        Assert.Equal($"startsWith(github.ref, 'refs/tags/{image}/v')", Value(job, "if"));
    }

    [Fact]
    public void No_job_but_the_releasing_one_sees_what_may_push_to_Docker_Hub()
    {
        string[] seeing =
        [
            .. Workflows
                .Select(row => row.Data)
                .SelectMany(Jobs)
                .Where(job => job.Value.ToString().Contains("DOCKERHUB_TOKEN", StringComparison.Ordinal))
                .Select(job => job.Key),
        ];

        Assert.Equal(["release-flannel-cni", "release-kubelet"], seeing);
    }

    [Theory]
    [InlineData("flannel-cni")]
    [InlineData("kubelet")]
    public void The_policy_of_an_image_names_the_workflow_that_signs_it(string image)
    {
        string policy = File.ReadAllText(SourceTree.At("images", $"{image}.policy.json"));
        string pattern = System
            .Text.Json.JsonDocument.Parse(policy)
            .RootElement.GetProperty("signers")
            .GetProperty("of")[0]
            .GetProperty("identityPattern")
            .GetString()!;

        Assert.Matches($"^{pattern}$", $"https://github.com/poseidon/{image}/.github/workflows/release.yml@refs/tags/{image}/v1.36.4");
        Assert.All(["push", "workflow_dispatch"], trigger =>
            Assert.Contains(trigger, Keys(Document(".github/workflows/release.yml")["on"]))
        );
    }

    [Fact]
    public void On_GitLab_a_release_is_one_at_a_time_with_an_identity_of_its_own_and_no_job_of_a_merge_request_has_one()
    {
        YamlMappingNode pipeline = Document(".gitlab-ci.yml");

        Assert.Equal("release-kubelet", Value((YamlMappingNode)pipeline["release-kubelet"], "resource_group"));
        Assert.Equal("false", Value((YamlMappingNode)pipeline["release-kubelet"], "interruptible"));
        string[] withIdentity =
        [
            .. pipeline
                .Children.Where(job => job.Value is YamlMappingNode each && Keys(each).Contains("id_tokens"))
                .Select(job => ((YamlScalarNode)job.Key).Value!),
        ];
        Assert.Equal(["release-flannel-cni", "reproduce-flannel-cni", "release-kubelet", "reproduce-kubelet"], withIdentity);
        Assert.All(withIdentity, job => Assert.DoesNotContain("merge_request", pipeline[job].ToString(), StringComparison.Ordinal));
    }

    private static bool IsWorkflow(string file) => file.StartsWith(".github/", StringComparison.Ordinal);

    private static string Text(string file) => File.ReadAllText(SourceTree.At(file));

    private static YamlMappingNode Document(string file)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(Text(file)));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static Dictionary<string, YamlMappingNode> Jobs(string file) =>
        ((YamlMappingNode)Document(file)["jobs"]).Children.ToDictionary(
            job => ((YamlScalarNode)job.Key).Value!,
            job => (YamlMappingNode)job.Value
        );

    private static IEnumerable<YamlMappingNode> Steps(string file) =>
        Jobs(file)
            .Values.Where(job => Keys(job).Contains("steps"))
            .SelectMany(job => (YamlSequenceNode)job["steps"])
            .Cast<YamlMappingNode>();

    private static string[] Keys(YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!)];

    private static string? Value(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? (value as YamlScalarNode)?.Value : null;

    private static string Rights(YamlMappingNode job) =>
        string.Join(", ", ((YamlMappingNode)job["permissions"]).Children.Select(right => $"{right.Key}: {right.Value}"));
}
