using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target Inspect as its users run it, and what of an image that it refuses goes on: nothing.</summary>
public sealed class InspectTargetTests
{
    private const string TooSmall = "budgets: [{ layer: upstream, compressedMiB: 1, unpackedMiB: 1 }]\n";

    [Fact]
    public async Task A_violation_is_told_on_standard_output_and_nothing_is_signed_even_when_Inspect_is_skipped()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 3_000_000));
        Assert.Contains("Run ./build.sh Assemble", (await RunAsync(repository, "Inspect")).Require(65).Error, StringComparison.Ordinal);
        ChildResult passed = (await RunAsync(repository, "Assemble", "Inspect")).Require();
        Assert.Contains("holds", passed.Output, StringComparison.Ordinal);

        repository.Write("images/tools/contract.yaml", TooSmall);
        ChildResult refused = (await RunAsync(repository, "Inspect")).Require(65);
        Assert.Contains(
            "tools linux/amd64: layer upstream: budget: wanted at most 1 MiB compressed, got 2.9. Find what grew",
            refused.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("tools: 2 violations of its contract; nothing may be signed", refused.Error, StringComparison.Ordinal);
        string[] sign = ["--signing-key", repository.Key.Private];
        await repository.CommitAsync("what violates");
        ChildResult unsigned = (await RunAsync(repository, ["Sign", .. sign])).Require(65);
        Assert.Contains("layer upstream: budget", unsigned.Error, StringComparison.Ordinal);
        Assert.Empty(unsigned.Output);
        Assert.Contains(
            "violates its contract; nothing was signed",
            (await RunAsync(repository, ["Sign", "--skip", "Inspect", .. sign])).Require(65).Error,
            StringComparison.Ordinal
        );
        File.Delete(repository.At("artifacts", "tools", "inspection.json"));
        Assert.Contains(
            "was not inspected; nothing was signed",
            (await RunAsync(repository, ["Sign", "--skip", "Inspect", .. sign])).Require(65).Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(repository.At("artifacts", "tools", "trust")));
    }

    [Fact]
    public async Task A_rehearsal_ends_at_a_violation_and_a_contract_that_is_wrong_or_missing_is_78()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 3_000_000));
        repository.Write("images/tools/contract.yaml", TooSmall);
        Assert.Contains("layer upstream: budget", (await RunAsync(repository, "Rehearse")).Require(65).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(repository.At("artifacts", "rehearsal", "tools", "trust")));
        (await RunAsync(repository, "Assemble")).Require();
        repository.Write("images/tools/contract.yaml", "budget: []\n");
        Assert.Contains(
            "images/tools/contract.yaml:1:1: unknown key 'budget'; did you mean 'budgets'?",
            (await RunAsync(repository, "Inspect")).Require(78).Error,
            StringComparison.Ordinal
        );
        File.Delete(repository.At("images", "tools", "contract.yaml"));
        Assert.Contains(
            "images/tools/contract.yaml: file not found",
            (await RunAsync(repository, "Inspect")).Require(78).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Two_layouts_are_compared_as_table_and_as_JSON()
    {
        using ScratchRepository one = await UpstreamImage.CreateAsync(("a", 1000)),
            other = await UpstreamImage.CreateAsync(("a", 2000));
        (await RunAsync(one, "Assemble")).Require();
        (await RunAsync(other, "Assemble")).Require();
        string[] against = ["Inspect", "--against", one.Layout("tools") + ":" + UpstreamImage.Version];

        Assert.Equal("no difference\n", (await RunAsync(one, against)).Require().Output);
        Assert.Contains("/usr/local/share/a", (await RunAsync(other, against)).Require().Output, StringComparison.Ordinal);
        JsonElement[] differences = [.. (await RunAsync(other, [.. against, "--json"])).Require().Json("inspect-against").EnumerateArray()];
        JsonElement file = Assert.Single(differences);
        Assert.Equal(
            ("file", "/usr/local/share/a", "changed"),
            (file.GetProperty("kind").GetString(), file.GetProperty("name").GetString(), file.GetProperty("change").GetString())
        );
        Assert.StartsWith("- 0755 0:0 1000 ", file.GetProperty("was").GetString(), StringComparison.Ordinal);
        (await RunAsync(one, "Inspect", "--against", "no-such-place")).Require(64);
        Assert.Contains(
            "'./no-such-place': folder not found",
            (await RunAsync(one, "Inspect", "--against", "./no-such-place")).Require(64).Error,
            StringComparison.Ordinal
        );
        (await RunAsync(one, "Inspect", "--against", one.Layout("tools") + ":v0")).Require(65);
    }

    private static Task<ChildResult> RunAsync(ScratchRepository repository, params string[] arguments) =>
        (repository.Slipway with { Cache = repository.Beside("cache") }).RunAsync([
            .. arguments,
            "--upstream-mirror",
            repository.Mirror.Path,
        ]);
}
