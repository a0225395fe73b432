using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The same definition and lock give the same digests, whatever else differs (DESIGN, promise 2).</summary>
[Collection(SmallImages.Name)]
public sealed class ReproductionTests(SmallFixture fixture)
{
    private const int Nobody = 65534;

    [Fact]
    public async Task Another_folder_process_cache_time_zone_language_mask_user_and_commit_give_the_same_digests()
    {
        using ScratchRepository first = await fixture.NewAsync();
        using ScratchRepository second = await fixture.NewAsync();
        await second.CommitAsync("another commit, and no tag at it");
        string cold = await ColdCacheAsync(second),
            graph = second.Beside("graph");
        // A copy, since another user may have no way to where this was built.
        (await new ChildProcess("cp", "-r", Path.GetDirectoryName(SlipwayCommand.Compiled)!, graph).RunAsync()).Require();
        SlipwayCommand other = second.Slipway with
        {
            Cache = cold,
            Graph = Path.Combine(graph, Path.GetFileName(SlipwayCommand.Compiled)),
            Umask = "0077",
            User = Environment.IsPrivilegedProcess ? Nobody : null,
            Variables = new Dictionary<string, string?>(second.Slipway.Variables)
            {
                ["TZ"] = "Pacific/Kiritimati",
                ["LANG"] = "tr_TR.UTF-8",
                ["LC_ALL"] = "tr_TR.UTF-8",
                ["HOME"] = second.Beside("home"),
                ["DOTNET_PROCESSOR_COUNT"] = "1",
            },
        };
        if (other.User is not null)
            await GiveAsync(second, Nobody);

        (await AssembleAsync(fixture.In(first), first)).Require();
        (await AssembleAsync(other, second, "--platforms", "linux/arm64", "linux/amd64")).Require();
        string warm = Index(second);
        (await AssembleAsync(other, second)).Require();

        Assert.Contains("\"sha256:", Index(first), StringComparison.Ordinal);
        Assert.Equal(Index(first), warm);
        Assert.Equal(Index(first), Index(second));
        Assert.Equal(Blobs(first), Blobs(second));
    }

    [Fact]
    public async Task Two_processes_at_once_with_one_cold_cache_give_the_same_digests()
    {
        using ScratchRepository first = await fixture.NewAsync();
        using ScratchRepository second = await fixture.NewAsync();
        string cold = await ColdCacheAsync(first);

        ChildResult[] both = await Task.WhenAll(
            AssembleAsync(first.Slipway with { Cache = cold }, first),
            AssembleAsync(second.Slipway with { Cache = cold }, second)
        );

        Assert.All(both, one => one.Require());
        Assert.Equal(Index(first), Index(second));
        Assert.Equal(Blobs(first), Blobs(second));
    }

    [Fact]
    public async Task Locking_again_gives_the_same_lock()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        string path = repository.At("images", SmallImage.Name, "image.lock.json"),
            before = File.ReadAllText(path);
        File.Delete(path);

        (await fixture.In(repository).RunAsync("Lock", "--upstream-mirror", repository.Mirror.Path)).Require();

        Assert.Equal(before, File.ReadAllText(path));
    }

    /// <summary>A cache with every download but no layer: what is assembled with it is made anew.</summary>
    private async Task<string> ColdCacheAsync(ScratchRepository repository)
    {
        Directory.CreateDirectory(repository.Beside("cold"));
        (await new ChildProcess("cp", "-a", Path.Combine(fixture.Cache, "sha256"), repository.Beside("cold")).RunAsync()).Require();
        return repository.Beside("cold");
    }

    /// <summary>Everything of a repository but the way to it belongs to another user then.</summary>
    private static async Task GiveAsync(ScratchRepository repository, int user)
    {
        (await new ChildProcess("chown", "-R", $"{user}:{user}", repository.Beside()).RunAsync()).Require();
    }

    private static Task<ChildResult> AssembleAsync(SlipwayCommand slipway, ScratchRepository repository, params string[] more) =>
        slipway.RunAsync(["Assemble", "--upstream-mirror", repository.Mirror.Path, .. more]);

    private static string Index(ScratchRepository repository) =>
        File.ReadAllText(Path.Combine(repository.Layout(SmallImage.Name), "index.json"));

    private static IEnumerable<string?> Blobs(ScratchRepository repository) =>
        Directory
            .EnumerateFiles(Path.Combine(repository.Layout(SmallImage.Name), "blobs", "sha256"))
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal);
}
