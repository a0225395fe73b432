using System.Text;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>What of its surroundings gets into a provenance: only what is meant to.</summary>
public class ProvenanceSecretTests
{
    private static readonly string[] Meant =
    [
        "GITHUB_ACTIONS",
        "GITHUB_SERVER_URL",
        "GITHUB_REPOSITORY",
        "GITHUB_WORKFLOW_REF",
        "GITHUB_RUN_ID",
        "GITHUB_RUN_ATTEMPT",
        "RUNNER_ENVIRONMENT",
        "GITLAB_CI",
    ];

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void Nothing_of_the_environment_gets_in_but_the_workflow_and_its_run(string actions)
    {
        List<SecretForms> planted = [];
        HashSet<string> asked = [];
        SlsaProvenance said = ProvenanceSamples.New(
            Builder.Of(name =>
            {
                asked.Add(name);
                string? meant = name switch
                {
                    "GITHUB_ACTIONS" => actions,
                    "GITHUB_SERVER_URL" => "https://github.com",
                    "GITHUB_REPOSITORY" => "octo/tiny",
                    "GITHUB_WORKFLOW_REF" => "octo/tiny/.github/workflows/release.yml@refs/tags/tiny/v1.0.0",
                    "GITHUB_RUN_ID" or "GITHUB_RUN_ATTEMPT" => "1",
                    _ => null,
                };
                if (meant is null)
                    planted.Add(new SecretForms(name, $"planted+{name}/{planted.Count}"));
                return meant ?? planted[^1]["plain"];
            })
        );
        Assert.Subset(Meant.ToHashSet(), asked);
        Assert.Empty(new SecretSearch(planted).In(said.ToBytes()));
        foreach (
            string own in new[] { Environment.MachineName, Environment.UserName, Environment.CurrentDirectory, Path.GetTempPath() }.Where(
                own => own.Length >= 4
            )
        )
            Assert.DoesNotContain(own, Encoding.UTF8.GetString(said.ToBytes()), StringComparison.OrdinalIgnoreCase);
    }
}
