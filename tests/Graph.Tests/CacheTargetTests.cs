using System.Text.Json;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

public sealed class CacheTargetTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    private string Cache => _repository.Beside("cache");

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 1000), ("b", 2_000_000));
        (await RunAsync("Fetch", "--upstream-mirror", _repository.Mirror.Path)).Require();
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Without_a_flag_it_says_what_is_there()
    {
        ChildResult result = (await RunAsync("Cache")).Require();
        Assert.Matches(@"(?m)^all +2 +2\.0 MB", result.Output);
        JsonElement json = await JsonAsync();
        Assert.Equal((2, 2_001_000L), (json.GetProperty("files").GetInt32(), json.GetProperty("bytes").GetInt64()));
        Assert.False(json.TryGetProperty("wrong", out _));
    }

    [Fact]
    public async Task What_is_wrong_is_removed_named_and_65_and_the_next_time_all_is_right()
    {
        Digest digest = UpstreamImage.DigestOf(_repository, "b");
        UpstreamFolder.Damage(Path.Combine(Cache, "sha256", digest.Hex));

        ChildResult wrong = (await RunAsync("Cache", "--verify")).Require(65);

        Assert.Contains($"wrong, removed: {digest} (2.0 MB)", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("1 file was not what the name says and removed", wrong.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Cache, "sha256", digest.Hex)));
        ChildResult right = (await RunAsync("Cache", "--verify")).Require();
        Assert.Contains("every file is what its name says", right.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_in_the_json_too()
    {
        Digest digest = UpstreamImage.DigestOf(_repository, "a");
        UpstreamFolder.Damage(Path.Combine(Cache, "sha256", digest.Hex));
        JsonElement json = await JsonAsync(65, "--verify");
        Assert.Equal(digest.ToString(), Assert.Single(json.GetProperty("wrong").EnumerateArray()).GetProperty("digest").GetString());
        Assert.Equal(1, json.GetProperty("files").GetInt32());
    }

    [Fact]
    public async Task Pruning_by_age_takes_what_was_not_used()
    {
        string unused = Path.Combine(Cache, "sha256", UpstreamImage.DigestOf(_repository, "a").Hex);
        File.SetLastWriteTimeUtc(unused, DateTime.UtcNow.AddDays(-10));
        Assert.Empty((await JsonAsync(0, "--prune")).GetProperty("pruned").GetProperty("files").EnumerateArray());
        Assert.Empty((await JsonAsync(0, "--prune-older-than", "11")).GetProperty("pruned").GetProperty("files").EnumerateArray());
        Assert.Single(
            (await JsonAsync(0, "--prune", "--prune-older-than", "9")).GetProperty("pruned").GetProperty("files").EnumerateArray()
        );
        Assert.False(File.Exists(unused));
    }

    [Fact]
    public async Task Pruning_by_size_takes_what_does_not_fit()
    {
        string unused = Path.Combine(Cache, "sha256", UpstreamImage.DigestOf(_repository, "b").Hex);
        File.SetLastWriteTimeUtc(unused, DateTime.UtcNow.AddDays(-10));
        ChildResult result = (await RunAsync("Cache", "--prune-to-size", "1")).Require();
        Assert.Contains("pruned 1 file and 0 unfinished, 2.0 MB", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(unused));
        Assert.Equal(1, (await JsonAsync()).GetProperty("files").GetInt32());
    }

    [Fact]
    public async Task Pruning_counts_the_records_of_assembled_layers_that_it_leaves_without_layers()
    {
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        (await RunAsync("Assemble", "--upstream-mirror", _repository.Mirror.Path)).Require();
        string records = Path.Combine(Cache, "assembled");
        Assert.Equal(0, (await JsonAsync(0, "--prune")).GetProperty("pruned").GetProperty("records").GetInt32());
        Assert.Single(Directory.GetFiles(records));
        foreach (string file in Directory.GetFiles(Path.Combine(Cache, "sha256")))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-10));
        ChildResult result = (await RunAsync("Cache", "--prune-older-than", "9")).Require();
        Assert.Contains(", and 1 record of layers that are gone", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(records));
    }

    [Fact]
    public async Task Base_images_of_dockerfile_builds_are_counted_and_pruned_like_files()
    {
        string old = NewBase("amd64-old", 3_000_000, days: 40),
            used = NewBase("arm64-used", 4_000_000, days: 2),
            killed = NewBase("amd64-x.unfinished-7", 10, days: 2);
        Assert.Equal((2, 7_000_000L), Bases(await JsonAsync()));
        Assert.Matches(@"(?m)^base images +2 +7\.0 MB", (await RunAsync("Cache")).Require().Output);

        ChildResult byAge = (await RunAsync("Cache", "--prune")).Require();
        Assert.Contains(", 2 base images, 3.0 MB", byAge.Output, StringComparison.Ordinal);
        Assert.Equal((false, true, false), (Directory.Exists(old), Directory.Exists(used), Directory.Exists(killed)));

        Assert.Equal(0, (await JsonAsync(0, "--prune-to-size", "10")).GetProperty("pruned").GetProperty("bases").GetInt32());
        // Which of both was fetched first is chance.
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "sha256", UpstreamImage.DigestOf(_repository, "b").Hex), DateTime.UtcNow.AddDays(-1));
        JsonElement bySize = await JsonAsync(0, "--prune-to-size", "5");
        Assert.Equal(
            (0, 1),
            (
                bySize.GetProperty("pruned").GetProperty("bases").GetInt32(),
                bySize.GetProperty("pruned").GetProperty("files").GetArrayLength()
            )
        );
        Assert.Equal(1, (await JsonAsync(0, "--prune-to-size", "3")).GetProperty("pruned").GetProperty("bases").GetInt32());
        Assert.Equal((0, 0L), Bases(await JsonAsync()));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Cache, "bases")));

        static (int, long) Bases(JsonElement json) =>
            (json.GetProperty("bases").GetProperty("images").GetInt32(), json.GetProperty("bases").GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("--prune-to-size")]
    [InlineData("--prune-older-than")]
    public async Task Less_than_nothing_is_wrong_use(string parameter)
    {
        (await RunAsync("Cache", $"{parameter}=-1")).Require(64);
        Assert.Equal(2, (await JsonAsync()).GetProperty("files").GetInt32());
    }

    private string NewBase(string name, int size, int days)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Cache, "bases", name)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "layout"));
        File.WriteAllBytes(Path.Combine(folder, "layout", "blob"), new byte[size]);
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-days));
        return folder;
    }

    private Task<ChildResult> RunAsync(params string[] arguments) => (_repository.Slipway with { Cache = Cache }).RunAsync(arguments);

    private async Task<JsonElement> JsonAsync(int exitCode = 0, params string[] arguments) =>
        (await RunAsync(["Cache", "--json", .. arguments])).Require(exitCode).Json("cache");
}
