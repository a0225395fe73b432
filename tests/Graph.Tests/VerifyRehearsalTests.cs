using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Verify of what was rehearsed: it works, is told as a rehearsal, and lets nothing else pass for one.</summary>
public sealed class VerifyRehearsalTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        await _repository.CommitAsync("tools", "tools/v1.0.0");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_rehearsed_is_verified_by_the_key_that_it_left_and_no_release_is()
    {
        Assert.Contains(
            "there is no rehearsal. Run ",
            (await RunAsync("Verify", "--rehearsal")).Require(69).Error,
            StringComparison.Ordinal
        );
        ChildResult rehearsed = (await RunAsync("Rehearse", "--upstream-mirror", _repository.Mirror.Path)).Require();
        Assert.Contains("next: ./build.sh Verify --rehearsal", rehearsed.Error, StringComparison.Ordinal);

        ChildResult verified = (await RunAsync("Verify", "--rehearsal", "--deep")).Require();
        Assert.Contains("verified", verified.Output, StringComparison.Ordinal);
        Assert.Contains("a rehearsal: its key was thrown away", verified.Error, StringComparison.Ordinal);
        JsonElement verdict = (await RunAsync("Verify", "--rehearsal", "--json")).Require().Json("verify");
        Assert.Equal("verified", verdict.GetProperty("verdict").GetString());
        JsonElement again = (await RunAsync("Rehearse", "--upstream-mirror", _repository.Mirror.Path, "--json")).Require().Json("rehearse");
        Assert.True(again[0].GetProperty("verified").GetBoolean());
        (await RunAsync("Assemble", "Inspect", "--upstream-mirror", _repository.Mirror.Path, "--json")).Require().Json("inspect");

        // By its key alone it is still none of a release.
        string key = _repository.At("artifacts", "rehearsal", "tools", "assets", "release.pub");
        ChildResult release = (
            await RunAsync("Verify", "--reference", _repository.At("artifacts", "rehearsal", "tools", "layout"), "--public-key", key)
        ).Require(65);
        Assert.Contains("it was built by a rehearsal", release.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_changed_fails_and_what_is_no_rehearsal_does_not_pass_for_one()
    {
        (await RunAsync("Rehearse", "--upstream-mirror", _repository.Mirror.Path)).Require();
        string rehearsal = _repository.At("artifacts", "rehearsal", "tools");
        foreach (string blob in Directory.EnumerateFiles(Path.Combine(rehearsal, "trust", "blobs", "sha256")))
            await File.AppendAllTextAsync(blob, " ");
        (await RunAsync("Verify", "--rehearsal")).Require(65);

        (
            await RunAsync(
                "Assemble",
                "Inspect",
                "Sign",
                "--upstream-mirror",
                _repository.Mirror.Path,
                "--signing-key",
                _repository.Key.Private
            )
        ).Require();
        foreach (string part in (string[])["layout", "trust"])
        {
            Directory.Delete(Path.Combine(rehearsal, part), recursive: true);
            Directory.Move(_repository.At("artifacts", "tools", part), Path.Combine(rehearsal, part));
        }

        File.Copy(_repository.Key.Public, Path.Combine(rehearsal, "assets", "release.pub"), overwrite: true);
        Assert.Contains("builder-mismatch", (await RunAsync("Verify", "--rehearsal")).Require(65).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--reference", "quay.io/a/b:v1")]
    [InlineData("--public-key", "some.pub")]
    [InlineData("--dockerfile", null)]
    public async Task With_what_means_a_release_it_is_wrong_use(string parameter, string? value) =>
        (await RunAsync([.. new[] { "Verify", "--rehearsal", parameter, value }.OfType<string>()])).Require(64);

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync(arguments);
}
