using Nuke.Common.CI;
using Nuke.Common.CI.GitLab;
using Slipway.Oci;

namespace Slipway.Development;

/// <summary>The same for a project on GitLab; its releases have no page on GitHub.</summary>
internal sealed class GitLabPipelineAttribute : GitLabCIAttribute
{
    private const string CheckStage = "check",
        AssembleStage = "assemble",
        ReleaseStage = "release",
        WatchStage = "watch";
    private const string Scheduled = "$CI_PIPELINE_SOURCE == \"schedule\"";

    /// <summary>Who a job is, to Sigstore (GitLab, "OpenID Connect", claims of Fulcio).</summary>
    private const string Identity = "--identity \"$CI_PROJECT_URL//.gitlab-ci.yml@refs/tags/$tag\" --issuer \"$CI_SERVER_URL\"";

    public GitLabPipelineAttribute()
    {
        Image = "mcr.microsoft.com/dotnet/sdk:10.0";
        Stages = [CheckStage, AssembleStage, ReleaseStage, WatchStage];
        Rules =
        [
            "$CI_PIPELINE_SOURCE == \"merge_request_event\"",
            "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
            "$CI_COMMIT_TAG =~ /^[a-z0-9-]+\\/v/",
        ];
    }

    protected override IEnumerable<GitLabJob> GetJobs(ConfigurationContext context)
    {
        string[] changes = ["$CI_PIPELINE_SOURCE == \"merge_request_event\"", "$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_BRANCH"];
        yield return Job("test", CheckStage, changes, "apt-get update -qq && apt-get install -y -qq sudo", ".ci/run");
        yield return Job("rehearse", CheckStage, changes, context.Command);
        foreach (PipelineImage image in PipelineImage.All(context))
        {
            yield return Assemble(image, context);
            yield return Release(image, context);
            yield return Reproduce(image, context);
        }

        yield return Job("stay-current", WatchStage, [Scheduled], $"{context.Command} Outdated --fail-on security") with
        {
            AllowFailure = true,
        };
        yield return Job("watch", WatchStage, [Scheduled], $"{context.Command} Drift --policy images");
    }

    private static GitLabJob Job(string name, string stage, IReadOnlyList<string> rules, params string[] script) =>
        new(name)
        {
            Stage = stage,
            Rules = rules,
            Script = script,
        };

    private static string TagOf(PipelineImage image) => $"$CI_COMMIT_TAG =~ /^{image.Name}\\/v/";

    private static GitLabJob Assemble(PipelineImage image, ConfigurationContext context) =>
        Job(
            $"assemble-{image.Name}",
            AssembleStage,
            [TagOf(image)],
            $"{context.Command} Assemble Inspect --images {image.Name} --platforms \"$PLATFORM\" "
                + "--artifacts-directory \"parts/$ARCHITECTURE\""
        ) with
        {
            Tags = ["$RUNNER"],
            Matrix = [.. image.Platforms.Select(Row)],
            Artifacts = [$"parts/*/{image.Name}"],
        };

    private static GitLabJob Release(PipelineImage image, ConfigurationContext context) =>
        Job(
            $"release-{image.Name}",
            ReleaseStage,
            [TagOf(image)],
            JobCommands.InstallCosign("/usr/local/bin"),
            "tag=$CI_COMMIT_TAG",
            $"{context.Command} Merge --images {image.Name} "
                + $"--layouts {string.Join(' ', image.Platforms.Select(x => $"parts/{x.Architecture}"))}",
            $"{context.Command} Sign Publish --images {image.Name} {Identity}",
            $"{context.Command} Verify --reference {image.Repository}:\"${{tag#*/}}\" --all-registries {Identity}"
        ) with
        {
            Needs = [$"assemble-{image.Name}"],
            IdTokens = Sigstore,
            EnvironmentName = "release",
            ResourceGroup = $"release-{image.Name}",
            IsInterruptible = false,
        };

    private static GitLabJob Reproduce(PipelineImage image, ConfigurationContext context) =>
        Job(
            $"reproduce-{image.Name}",
            WatchStage,
            [TagOf(image), Scheduled],
            $"IMAGE={image.Name}",
            JobCommands.FindTag("CI_COMMIT_TAG"),
            JobCommands.InstallCosign("/usr/local/bin"),
            $"{context.Command} Reproduce --attest --push --reference {image.Repository}:\"${{tag#*/}}\" {Identity}"
        ) with
        {
            IdTokens = Sigstore,
            EnvironmentName = "reproduce",
        };

    private static Dictionary<string, string> Sigstore => new() { ["SIGSTORE_ID_TOKEN"] = "sigstore" };

    private static Dictionary<string, string> Row(Platform platform) =>
        new()
        {
            ["PLATFORM"] = platform.ToString(),
            ["ARCHITECTURE"] = platform.Architecture,
            ["RUNNER"] = $"saas-linux-small-{platform.Architecture}",
        };
}
