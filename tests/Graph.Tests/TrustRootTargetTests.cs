using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Tuf;

namespace Slipway.Graph.Tests;

public sealed class TrustRootTargetTests : IAsyncLifetime
{
    /// <summary>A day when what the program brings along was fresh.</summary>
    private static readonly DateTimeOffset Day = new(2026, 8, 22, 0, 0, 0, TimeSpan.Zero);

    private ScratchRepository _repository = null!;

    private string Cache => _repository.Beside("cache");

    private string Kept => Path.Combine(Cache, "sigstore");

    public async ValueTask InitializeAsync() => _repository = await ScratchRepository.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Without_a_flag_it_says_what_is_believed_and_writes_nothing()
    {
        ChildResult result = (await RunAsync()).Require();
        Assert.StartsWith("embedded: https://tuf-repo-cdn.sigstore.dev/, 2026-08-21, sha256:6494", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^certificate-authority +https://fulcio\.sigstore\.dev +2021-03-07 +2022-12-31", result.Output);
        Assert.Matches(@"(?m)^transparency-log +https://rekor\.sigstore\.dev +2021-01-12 +-", result.Output);
        Assert.Contains("proven by root 15, timestamp 762, snapshot 165, targets 14", result.Error, StringComparison.Ordinal);
        Assert.Contains("Run ./build.sh TrustRoot --refresh", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Kept));

        JsonElement json = await JsonAsync();
        Assert.Equal("embedded", json.GetProperty("origin").GetString());
        Assert.Equal((15, 762), (Version(json, "root"), Version(json, "timestamp")));
        Assert.True(json.GetProperty("metadata").GetProperty("expired").GetBoolean());
        Assert.Equal(7, json.GetProperty("services").GetArrayLength());
    }

    [Fact]
    public async Task What_was_refreshed_is_used_and_what_is_damaged_is_passed_over()
    {
        await new SigstoreRoots(Kept, new ManualTime(Day)).RefreshAsync(PublicGood.Embedded, TestContext.Current.CancellationToken);
        JsonElement json = await JsonAsync();
        Assert.Equal(("refreshed", Kept), (json.GetProperty("origin").GetString(), json.GetProperty("place").GetString()));

        string file = Path.Combine(Kept, "trusted.json");
        string changed = (await File.ReadAllTextAsync(file)).Replace(
            "targets.json\": \"e",
            "targets.json\": \"A",
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(file, changed);
        ChildResult result = (await RunAsync()).Require();
        Assert.StartsWith("embedded: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("what was refreshed is not used: targets.json: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_is_frozen_is_refused_and_what_is_used_stays()
    {
        string mirror = await MirrorAsync();
        ChildResult result = (await RunAsync("--refresh", "--upstream-mirror", mirror)).Require(65);
        Assert.Contains("expired at 2026-", result.Error, StringComparison.Ordinal);
        Assert.Contains("check the clock", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal("embedded", (await JsonAsync()).GetProperty("origin").GetString());
        Assert.False(File.Exists(Path.Combine(Kept, "trusted.json")));
    }

    [Fact]
    public async Task A_repository_with_a_root_of_its_own_is_refused()
    {
        string mirror = await MirrorAsync();
        string root = Path.Combine(mirror, PublicGood.Address.Host, "16.root.json");
        await File.WriteAllTextAsync(root, """{ "signed": { "_type": "root" }, "signatures": [] }""");
        ChildResult result = (await RunAsync("--refresh", "--upstream-mirror", mirror)).Require(65);
        Assert.Contains(
            "16.root.json: wanted signatures by 3 of the 5 usable keys of the role root, got 0",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Nothing_is_asked_offline_and_nothing_is_lost()
    {
        ChildResult result = (await RunAsync("--refresh", "--offline")).Require(69);
        Assert.Contains("this run is --offline", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Nothing is verified by what somebody holds back.</summary>
    [Fact]
    public async Task Verify_refreshes_first_and_ends_where_that_fails()
    {
        string mirror = await MirrorAsync(),
            trust = SourceTree.At("build", "Tuf", "PublicGood", "trusted_root.json");
        string[] verify = ["Verify", "--reference", "oci:" + _repository.Root, "--identity", "x", "--issuer", "https://example.org"];
        SlipwayCommand slipway = _repository.Slipway with { Cache = Cache };
        ChildResult frozen = (await slipway.RunAsync([.. verify, "--refresh", "--upstream-mirror", mirror])).Require(65);
        Assert.Contains("expired at 2026-", frozen.Error, StringComparison.Ordinal);
        Assert.Contains(
            "this run is --offline",
            (await slipway.RunAsync([.. verify, "--refresh", "--offline"])).Require(69).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Give one of them",
            (await slipway.RunAsync([.. verify, "--refresh", "--trusted-root", trust])).Require(64).Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("expired", (await slipway.RunAsync(verify)).Require(65).Error, StringComparison.Ordinal);
    }

    /// <summary>Whoever can write there can take away what was refreshed, and put nothing in its place.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("refreshed")]
    [InlineData("forged")]
    [InlineData("junk")]
    [InlineData("folder")]
    public async Task The_small_program_looks_where_this_one_keeps_it_and_believes_no_more_than_that(string kept)
    {
        string caches = _repository.Beside("caches"),
            folder = Path.Combine(caches, "slipway", "sigstore"),
            file = Path.Combine(folder, "trusted.json");
        Func<string, string?> environment = name => name == "XDG_CACHE_HOME" ? caches : null;
        Assert.Equal(folder, SigstoreRoots.SharedFolder(environment));
        Assert.Equal(folder, new Workflows.Workspace("", "", Workflows.Workspace.DefaultCache(environment)).TrustedRoots);
        if (kept is "refreshed" or "forged")
            await new SigstoreRoots(folder, new ManualTime(Day)).RefreshAsync(PublicGood.Embedded, TestContext.Current.CancellationToken);
        if (kept == "forged")
        {
            JsonObject files = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
            string target = files["files"]!
                .AsObject()
                .Select(one => one.Key)
                .Single(name => name.EndsWith("trusted_root.json", StringComparison.Ordinal));
            using RecordingCosign forger = new();
            files["files"]![target] = Convert.ToBase64String(await File.ReadAllBytesAsync(forger.Root));
            await File.WriteAllTextAsync(file, files.ToJsonString());
        }

        if (kept == "junk")
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "trusted.json"), "{");
        if (kept == "folder")
            Directory.CreateDirectory(file);
        VerifyProgram program = VerifyProgram.Compiled with { Variables = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = caches } };
        string layout = OciLayout.Create(_repository.Beside("layout")).Name,
            own = Digest.Of(await File.ReadAllBytesAsync(SourceTree.At("build", "Tuf", "PublicGood", "trusted_root.json"))).ToString();
        ChildResult result = (
            await program.RunAsync(
                layout,
                "--identity",
                "x",
                "--issuer",
                "https://example.org",
                "--trusted-root-digest",
                Digest.Of("another"u8).ToString()
            )
        ).Require(65);
        Assert.Contains($"the one in use is {own}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_named_is_shown_and_not_refreshed()
    {
        string file = SourceTree.At("build", "Tuf", "PublicGood", "trusted_root.json");
        JsonElement json = await JsonAsync("--trusted-root", file);
        Assert.Equal(("given", file), (json.GetProperty("origin").GetString(), json.GetProperty("place").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("metadata").ValueKind);
        Assert.Contains(
            "Give one of them",
            (await RunAsync("--refresh", "--trusted-root", file)).Require(64).Error,
            StringComparison.Ordinal
        );
        (await RunAsync("--trusted-root", SourceTree.At("global.json"))).Require(65);
        (await RunAsync("--trusted-root", SourceTree.At("no-such-file"))).Require(78);
    }

    /// <summary>A mirror's folder with what the program brings along, under the names that it has at the host.</summary>
    private async Task<string> MirrorAsync()
    {
        string mirror = _repository.Beside("mirror");
        string host = Path.Combine(mirror, PublicGood.Address.Host);
        Directory.CreateDirectory(host);
        foreach (string file in (string[])["timestamp.json", "165.snapshot.json"])
            await File.WriteAllBytesAsync(
                Path.Combine(host, file),
                await PublicGood.Embedded.ReadAsync(file, int.MaxValue, TestContext.Current.CancellationToken)
            );
        return mirror;
    }

    private static int Version(JsonElement json, string role) => json.GetProperty("metadata").GetProperty(role).GetInt32();

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        (_repository.Slipway with { Cache = Cache }).RunAsync(["TrustRoot", .. arguments]);

    private async Task<JsonElement> JsonAsync(params string[] arguments) =>
        (await RunAsync(["--json", .. arguments])).Require().Json("trust-root");
}
