using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What the product tells the CI server that runs it: places of errors, the page of a step, outputs, issues.</summary>
public sealed class ServerHostTests : IAsyncLifetime
{
    private readonly ScratchFolder _step = new();
    private PublishedTools _tools = null!;

    private string Page => _step.At("page.md");

    private string Outputs => _step.At("outputs");

    public async ValueTask InitializeAsync()
    {
        _tools = await PublishedTools.CreateAsync(published: false);
        // What a workflow of a repository releases says so.
        string definition = _tools.Repository.At("images", "tools", "image.yaml");
        string text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(
            definition,
            text.Replace(UpstreamImage.Source, "https://github.com/octo/tools", StringComparison.Ordinal)
        );
        await _tools.Repository.CommitAsync("source");
        await _tools.Repository.GitAsync("tag", "--force", "tools/v1.0.0");
        _tools.Variables["GITHUB_ACTIONS"] = "true";
        _tools.Variables["GITHUB_SERVER_URL"] = "https://github.com";
        _tools.Variables["GITHUB_REPOSITORY"] = "octo/tools";
        _tools.Variables["GITHUB_WORKFLOW_REF"] = "octo/tools/.github/workflows/release.yml@refs/tags/tools/v1.0.0";
        _tools.Variables["GITHUB_RUN_ID"] = "7";
        _tools.Variables["GITHUB_RUN_ATTEMPT"] = "1";
        _tools.Variables["GITHUB_STEP_SUMMARY"] = Page;
        _tools.Variables["GITHUB_OUTPUT"] = Outputs;
        (await _tools.PublishAsync()).Require();
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        _step.Dispose();
    }

    [Fact]
    public async Task A_later_step_gets_digest_reference_and_tags_of_what_was_published()
    {
        File.Delete(Outputs);

        ChildResult published = (await _tools.PublishAsync()).Require();

        string reference = published.Lines[^1];
        string outputs = await File.ReadAllTextAsync(Outputs, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["tools-digest", "digest", "tools-reference", "reference", "tools-tags", "tags"],
            outputs
                .Split('\n')
                .Where(line => line.Contains("<<end-", StringComparison.Ordinal))
                .Select(line => line.Split("<<")[0])
                .OrderBy(Rank)
        );
        Assert.Contains($"\n{reference}\n", outputs, StringComparison.Ordinal);
        Assert.Contains($"\n{reference.Split('@')[1]}\n", outputs, StringComparison.Ordinal);
        Assert.Contains("\nv1.0.0\n", outputs, StringComparison.Ordinal);

        static int Rank(string name) =>
            Array.IndexOf(["tools-digest", "digest", "tools-reference", "reference", "tools-tags", "tags"], name);
    }

    [Fact]
    public async Task A_mistake_in_a_definition_is_marked_where_it_is()
    {
        string file = _tools.Repository.At("images", "tools", "image.yaml");
        string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(file, [.. lines, "unknown-key: 1"], TestContext.Current.CancellationToken);

        ChildResult result = (await _tools.RunAsync("Drift")).Require(78);

        Assert.Matches(
            $@"(?m)^::error file=images/tools/image\.yaml,line={lines.Length + 1},col=\d+::Drift failed: images/tools/image\.yaml:{lines.Length + 1}:",
            result.Error
        );
        Assert.Matches(@"(?m)^::group::Drift$", result.Error);
        Assert.Matches(@"(?m)^::endgroup::$", result.Error);
    }

    [Fact]
    public async Task The_result_is_on_the_page_of_the_step_with_a_row_for_each_target()
    {
        await _tools.DeleteAsync("docker.io", "v1.0.0-amd64");

        (await _tools.RunAsync("Drift")).Require(65);

        string page = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        Assert.Contains("| finding | repository | tag | digest | what was found |", page, StringComparison.Ordinal);
        Assert.Contains("| tag-missing |", page, StringComparison.Ordinal);
        Assert.Contains("| Drift | Failed |", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_nothing_of_it_is_written()
    {
        File.Delete(Page);
        File.Delete(Outputs);
        foreach (string name in (string[])["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"])
            _tools.Variables[name] = null;

        ChildResult result = (await _tools.RunAsync("Drift")).Require();

        Assert.DoesNotContain("::group::", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Page) || File.Exists(Outputs));
    }

    [Fact]
    public async Task A_finding_has_one_issue_for_as_long_as_it_is_found()
    {
        await using GitHubStandIn github = await GitHubStandIn.StartAsync();
        StandInRepository far = await github.AddRepositoryAsync("poseidon", "kubelet");
        _tools.Variables["GH_TOKEN"] = GitHubStandIn.Token;
        string[] drift = ["Drift", "--issues", "--github-repository", "poseidon/kubelet", "--github-url", $"github.com={github.ApiUrl}"];
        await _tools.DeleteAsync("docker.io", "v1.0.0-amd64");

        (await _tools.RunAsync(drift)).Require(65);
        (await _tools.RunAsync(drift)).Require(65);

        StandInIssue issue = Assert.Single(far.Issues);
        Assert.Equal($"tools: tag-missing at {PublishedTools.Fallback}:v1.0.0-amd64", issue.Title);
        Assert.Equal(["drift"], issue.Labels);
        Assert.True(issue.IsOpen);

        _tools.Faults = (host, request) => host == "docker.io" ? Fault.Answer(403) : null;
        (await _tools.RunAsync(drift)).Require(75);
        Assert.True(issue.IsOpen, "what could not be asked is not known to be well");

        _tools.Faults = (_, _) => null;
        (await _tools.PublishAsync()).Require();
        (await _tools.RunAsync(drift)).Require();
        Assert.False(issue.IsOpen);
        Assert.Single(far.Issues);
    }
}
