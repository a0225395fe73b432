using Nuke.Common.CI;
using Slipway.Development;
using Slipway.StandIns;

namespace Slipway.Graph.Tests;

/// <summary>The pipeline of GitLab, run from the YAML as it is written, as <see cref="ReleaseWorkflowTests"/> does GitHub's.</summary>
public sealed class ReleasePipelineTests : IAsyncLifetime
{
    private static readonly string[] Secrets = ["a-robots-password", "b-robots-password"];

    private TwoImages _made = null!;

    public async ValueTask InitializeAsync() => _made = await TwoImages.CreateAsync("gitlab.com");

    public async ValueTask DisposeAsync() => await _made.DisposeAsync();

    [Fact]
    public async Task Two_images_of_two_platforms_are_released_by_many_machines_as_by_one()
    {
        foreach (string image in TwoImages.Names)
        {
            IReadOnlyList<JobRun> jobs = await Runner(image).RunAsync();

            Assert.All(jobs, job => Assert.True(job.Succeeded, job.Log));
            Assert.Equal([$"assemble-{image}", $"assemble-{image}", $"release-{image}", $"reproduce-{image}"], jobs.Select(job => job.Id));
            string identity = $"https://gitlab.com/{TwoImages.Repository}//.gitlab-ci.yml@refs/tags/{image}/{TwoImages.Version}";
            Assert.Contains($"--identity {identity}\n", jobs[2].Log, StringComparison.Ordinal);
            Assert.Equal(
                identity,
                (await SignedImages.ProvenanceAsync(Path.Combine(jobs[2].Folder, "artifacts", image, "trust"))).BuilderId
            );
            Assert.DoesNotContain("assembling", jobs[2].Log, StringComparison.Ordinal);
            Assert.Contains($"verified: {await _made.OneMachinesDigestAsync(image)}", jobs[2].Log, StringComparison.Ordinal);
            Assert.All(jobs, job => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, job.Log, StringComparison.Ordinal)));
            // The protected environment's are its jobs' alone.
            Assert.All(jobs.Where(job => job.Id != $"release-{image}"), job =>
                Assert.All(Secrets, secret => Assert.DoesNotContain(secret, job.Seen.Values))
            );
        }

        Assert.Distinct(_made.Sent);
    }

    private PipelineRunner Runner(string image) =>
        new(Pipeline, _made.Scratch.Root, _made.Folder)
        {
            Tag = $"{image}/{TwoImages.Version}",
            Project = $"https://gitlab.com/{TwoImages.Repository}",
            Number = Array.IndexOf(TwoImages.Names, image) + 1,
            Secrets = new Dictionary<string, string>
            {
                ["QUAY_USERNAME"] = "robot",
                ["QUAY_PASSWORD"] = Secrets[0],
                ["DOCKERHUB_USERNAME"] = "somebody",
                ["DOCKERHUB_TOKEN"] = Secrets[1],
            },
            IsLeftOut = command => command == JobCommands.InstallCosign("/usr/local/bin"),
        };

    /// <summary>As it would be committed in that repository.</summary>
    private string Pipeline =>
        new ConfigurationFiles(typeof(Build), _made.Context)
            .Generators.Single(generator => generator.Id == "GitLab")
            .Generate(_made.Context);
}
