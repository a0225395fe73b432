using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;

namespace Slipway.Development;

/// <summary>Another machine builds the newest release of each image again and puts beside it, signed, that it came out the same.</summary>
internal sealed class ReproduceWorkflowAttribute(string name) : GitHubActionsAttribute(name, GitHubActionsImage.Ubuntu2404)
{
    private const string FileName = ".github/workflows/reproduce.yml";
    private static readonly GitHubActionsPermissions[] Identity = [GitHubActionsPermissions.IdToken];

    /// <summary>The job of a release that runs this workflow for its image.</summary>
    public static GitHubActionsJob Call(PipelineImage image) =>
        new($"reproduce-{image.Name}")
        {
            Needs = [$"release-{image.Name}"],
            Workflow = $"./{FileName}",
            Inputs = new Dictionary<string, string> { ["image"] = image.Name },
            InheritsSecrets = true,
            WritePermissions = Identity,
        };

    protected override IEnumerable<GitHubActionsJob> GetJobs(ConfigurationContext context) =>
        PipelineImage
            .All(context)
            .Select(image => new GitHubActionsJob($"reproduce-{image.Name}")
            {
                Name = $"reproduce {image.Name}",
                Condition = $"inputs.image == '' || inputs.image == '{image.Name}'",
                RunsOn = "ubuntu-24.04",
                WritePermissions = Identity,
                EnvironmentName = "reproduce",
                TimeoutMinutes = 60,
                Steps =
                [
                    .. GetSetup(),
                    GitHubActionsStep.Run(JobCommands.InstallCosign("$HOME/.local/bin")),
                    GitHubActionsStep.Run(Script(context)) with
                    {
                        Env = new Dictionary<string, string>(PipelineImage.Credentials([image.Repositories[0]]))
                        {
                            ["IMAGE"] = image.Name,
                            ["REPOSITORY"] = image.Repository,
                        },
                    },
                ],
            });

    private static string Script(ConfigurationContext context) =>
        $$"""
            {{JobCommands.FindTag("GITHUB_REF_NAME")}}
            PATH=$HOME/.local/bin:$PATH {{context.Command}} Reproduce --attest --push --reference "$REPOSITORY:${tag#*/}" \
              --identity "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/.github/workflows/release.yml@refs/tags/$tag" \
              --issuer {{JobCommands.GitHubIssuer}}
            """;
}
