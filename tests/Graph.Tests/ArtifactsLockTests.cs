using Nuke.Common.IO;
using Slipway.Testing;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>Two runs never write one artifacts folder at once, and the second says who is there.</summary>
public sealed class ArtifactsLockTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private AbsolutePath Artifacts => (AbsolutePath)_folder.At("artifacts");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_second_is_told_who_works_there_and_comes_in_when_the_first_is_done()
    {
        using (ArtifactsLock.Take(Artifacts, "Assemble Publish", TimeProvider.System))
        {
            WorkflowException busy = Assert.Throws<WorkflowException>(() => ArtifactsLock.Take(Artifacts, "Clean", TimeProvider.System));
            Assert.Equal(FailureKind.TryAgain, busy.Kind);
            Assert.Contains($"another run (process {Environment.ProcessId}, since ", busy.Message, StringComparison.Ordinal);
            Assert.Contains(" UTC: Assemble Publish) uses it", busy.Message, StringComparison.Ordinal);
            using ArtifactsLock elsewhere = ArtifactsLock.Take(Artifacts / "rehearsal", "Rehearse", TimeProvider.System);
        }

        using (ArtifactsLock.Take(Artifacts, "Clean", TimeProvider.System))
            Assert.True(File.Exists(Artifacts / ".lock"));
        Assert.False(Directory.Exists(Artifacts));
    }

    [Fact]
    public void What_a_killed_run_left_stops_nobody_and_what_is_there_stays()
    {
        _folder.Write("artifacts/.lock", "");
        _folder.Write("artifacts/.locked-by", "process 1, since 2026-01-01 00:00 UTC: Publish");
        _folder.Write("artifacts/kubelet/plan.json", "{}");
        ArtifactsLock.Take(Artifacts, "Sign", TimeProvider.System).Dispose();
        Assert.Equal(["kubelet"], Directory.EnumerateFileSystemEntries(Artifacts).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_run_meets_another_and_ends_with_try_again_before_it_does_anything()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 10));
        string[] assemble = ["Assemble", "--upstream-mirror", repository.Mirror.Path];
        using (ArtifactsLock.Take((AbsolutePath)repository.At("artifacts"), "Publish", TimeProvider.System))
        {
            ChildResult busy = (await repository.Slipway.RunAsync(assemble)).Require(75);
            Assert.Contains($"another run (process {Environment.ProcessId}, since ", busy.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(repository.Layout("tools")));
            (await repository.Slipway.RunAsync([.. assemble, "--artifacts-directory", repository.Beside("other")])).Require();
            (await repository.Slipway.RunAsync("Outdated", "--offline", "--help")).Require();
        }

        (await repository.Slipway.RunAsync(assemble)).Require();
        Assert.False(File.Exists(repository.At("artifacts", ".lock")));
        (await repository.Slipway.RunAsync("Clean")).Require();
        Assert.False(Directory.Exists(repository.At("artifacts")));
    }

    [Fact]
    public async Task Two_at_once_end_well_or_with_try_again()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 10));
        ChildResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => repository.Slipway.RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path))
        );
        Assert.Contains(results, result => result.ExitCode == 0);
        Assert.All(results, result => Assert.Contains(result.ExitCode, (int[])[0, 75]));
        Assert.All(results, result => Assert.DoesNotContain("being used by another process", result.Error, StringComparison.Ordinal));
    }
}
