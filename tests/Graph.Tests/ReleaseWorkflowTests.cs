using System.Diagnostics;
using Nuke.Common.CI;
using Slipway.Development;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// The workflows of GitHub, run from the YAML as it is written: two images of two platforms, each platform on a machine of its own, two
/// registries, and the digests that one machine makes.
/// </summary>
public sealed class ReleaseWorkflowTests : IAsyncLifetime
{
    private static readonly string[] Secrets = ["a-robots-password", "b-robots-password", GitHubStandIn.Token];

    private TwoImages _made = null!;

    public async ValueTask InitializeAsync() => _made = await TwoImages.CreateAsync();

    public async ValueTask DisposeAsync() => await _made.DisposeAsync();

    [Fact]
    public async Task Two_images_of_two_platforms_are_released_by_many_machines_as_by_one()
    {
        foreach (string image in TwoImages.Names)
        {
            IReadOnlyList<JobRun> jobs = await Release(image, Array.IndexOf(TwoImages.Names, image) + 1).RunAsync();

            Assert.All(jobs, job => Assert.True(job.Succeeded, job.Log));
            Assert.Equal(
                ["compile", "compile", $"assemble-{image}", $"assemble-{image}", $"release-{image}", $"reproduce-{image}"],
                jobs.Select(job => job.Id)
            );
            JobRun release = Released(jobs);
            Assert.DoesNotContain("assembling", release.Log, StringComparison.Ordinal);
            Assert.Contains($"{await _made.OneMachinesDigestAsync(image)}\n", release.Outputs, StringComparison.Ordinal);
            Assert.All(jobs, job => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, job.Log, StringComparison.Ordinal)));
        }

        Assert.Equal(
            TwoImages.Names.Select(image => $"{image}/{TwoImages.Version}"),
            _made.Far.Releases.Select(release => release.Tag).Order(StringComparer.Ordinal)
        );
        Assert.All(_made.Far.Releases, release => Assert.False(release.IsDraft));
        Assert.All(_made.Far.Releases, release => Assert.Contains(release.Assets, asset => asset.Name == TwoImages.Program));
    }

    [Fact]
    public async Task A_job_that_is_refused_half_way_and_run_again_comes_to_the_same_release()
    {
        string digest = await _made.OneMachinesDigestAsync("gears");
        _made.GitHub.Fail("POST", "/releases", GitHubFault.Forbidden);
        IReadOnlyList<JobRun> first = await Release("gears", 1).RunAsync();
        Assert.False(Released(first).Succeeded);
        Assert.DoesNotContain(first, job => job.Id == "reproduce-gears");
        int writes = _made.Writes;

        IReadOnlyList<JobRun> second = await Release("gears", 2).RunAsync();

        Assert.All(second, job => Assert.True(job.Succeeded, job.Log));
        Assert.Contains($"{digest}\n", Released(second).Outputs, StringComparison.Ordinal);
        Assert.Equal(writes, _made.Writes);
        Assert.False(Assert.Single(_made.Far.Releases).IsDraft);
    }

    [Theory]
    [InlineData("/blobs/uploads/")]
    [InlineData("/manifests/sha256:")]
    [InlineData("/manifests/v")]
    public async Task A_job_whose_machine_dies_half_way_and_that_is_run_again_comes_to_the_same_release(string at)
    {
        string digest = await _made.OneMachinesDigestAsync("gears");
        int running = 0;
        bool isDead = false;
        _made.Faults = request =>
        {
            if (isDead || request.Method != "PUT" || !request.Path.Contains(at, StringComparison.Ordinal))
                return null;
            isDead = true;
            using Process job = Process.GetProcessById(running);
            job.Kill(entireProcessTree: true);
            return Fault.Reset;
        };
        IReadOnlyList<JobRun> first = await Release("gears", 1, id => running = id).RunAsync();
        Assert.Equal(128 + 9, Released(first).Results[^1].ExitCode);

        IReadOnlyList<JobRun> second = await Release("gears", 2).RunAsync();

        Assert.All(second, job => Assert.True(job.Succeeded, job.Log));
        Assert.Contains($"{digest}\n", Released(second).Outputs, StringComparison.Ordinal);
        Assert.False(Assert.Single(_made.Far.Releases).IsDraft);
        // The layers that were there already stay.
        Assert.Distinct(_made.Sent);
    }

    [Fact]
    public async Task A_pull_request_from_a_fork_reaches_no_secret_and_writes_nothing()
    {
        string[] due = [.. Workflows.Where(workflow => Runner(workflow.Value, 1, "pull_request").IsDue).Select(workflow => workflow.Key)];
        Assert.Equal(["check"], due);
        Assert.DoesNotContain(Workflows, workflow => workflow.Value.Contains("pull_request_target", StringComparison.Ordinal));
        (int writes, int calls) = (_made.Writes, _made.GitHub.Requests.Count);

        IReadOnlyList<JobRun> jobs = await Runner(Workflows["check"], 1, "pull_request").RunAsync();

        Assert.All(jobs, job => Assert.True(job.Succeeded, job.Log));
        Assert.Equal(["test", "rehearse"], jobs.Select(job => job.Id));
        Assert.Contains("Build succeeded", jobs[1].Log, StringComparison.Ordinal);
        Assert.All(jobs, job => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, job.Seen.Values)));
        Assert.Equal((writes, calls), (_made.Writes, _made.GitHub.Requests.Count));
    }

    private static JobRun Released(IEnumerable<JobRun> jobs) => jobs.Single(job => job.Id.StartsWith("release-", StringComparison.Ordinal));

    private WorkflowRunner Release(string image, int number, Action<int>? started = null) =>
        Runner(Workflows["release"], number, "push", image, started);

    private WorkflowRunner Runner(string workflow, int number, string name, string image = "gears", Action<int>? started = null) =>
        new(workflow, _made.Scratch.Root, _made.Folder)
        {
            Tag = $"{image}/{TwoImages.Version}",
            Event = name,
            EventDocument = """{"action":"opened","pull_request":{"head":{"repo":{"fork":true,"full_name":"somebody/tools"}}}}""",
            Started = started,
            Repository = TwoImages.Repository,
            Number = number,
            Variables = new Dictionary<string, string> { ["QUAY_USERNAME"] = "robot", ["DOCKERHUB_USERNAME"] = "somebody" },
            Secrets = new Dictionary<string, string> { ["QUAY_PASSWORD"] = Secrets[0], ["DOCKERHUB_TOKEN"] = Secrets[1] },
            Token = GitHubStandIn.Token,
            IsLeftOut = command =>
                command == JobCommands.InstallCosign("$HOME/.local/bin") || command.StartsWith("sudo ", StringComparison.Ordinal),
        };

    /// <summary>As they would be committed in that repository.</summary>
    private Dictionary<string, string> Workflows =>
        new ConfigurationFiles(typeof(Build), _made.Context)
            .Generators.Where(generator => generator.Id.StartsWith("GitHubActions_", StringComparison.Ordinal))
            .ToDictionary(generator => generator.Id["GitHubActions_".Length..], generator => generator.Generate(_made.Context));
}
