using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

public sealed class WithdrawTargetTests
{
    private static readonly string[] Withdraw =
    [
        "Withdraw",
        "--images",
        UpstreamImage.Name,
        "--release",
        UpstreamImage.Version,
        "--reason",
        "a hole in \"a\"",
        "--yes",
    ];

    [Fact]
    public async Task A_release_goes_is_recorded_and_drift_has_nothing_to_say()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string digest = JsonDocument
            .Parse(await File.ReadAllBytesAsync(tools.Record))
            .RootElement.GetProperty("subjects")[0]
            .GetProperty("digest")
            .GetString()!;
        ChildResult result = (await tools.RunAsync(Withdraw)).Require();
        Assert.Matches($@"(?m)^{PublishedTools.Official} +v1\.0\.0 +.*v1\.0\.0-amd64.* -", result.Output);
        Assert.Contains($"{digest} index", result.Error, StringComparison.Ordinal);
        Assert.Contains("pulls by digest still work", result.Error, StringComparison.Ordinal);
        JsonElement entry = Entries(tools).Single();
        Assert.Equal("a hole in \"a\"", entry.GetProperty("reason").GetString());
        Assert.All(entry.GetProperty("destinations").EnumerateArray(), destination =>
            Assert.Equal(5, destination.GetProperty("removed").GetArrayLength())
        );
        (await tools.RunAsync("Drift")).Require();

        // Without the record of the publication, what was written down of the withdrawal says what it was.
        File.Delete(tools.Record);
        result = (await tools.RunAsync([.. Withdraw, "--json"])).Require();
        Assert.Equal(
            5,
            JsonDocument
                .Parse(result.Output)
                .RootElement[0]
                .GetProperty("withdrawal")
                .GetProperty("destinations")[0]
                .GetProperty("removed")
                .GetArrayLength()
        );
        Assert.Single(Entries(tools));
    }

    [Fact]
    public async Task A_registry_that_deletes_no_tags_is_69_with_what_to_do_by_hand_and_0_after_that()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        bool keeps = true;
        tools.Faults = (host, request) => keeps && host == "docker.io" && request.Method == "DELETE" ? Fault.Answer(405) : null;
        ChildResult result = (await tools.RunAsync(Withdraw)).Require(69);
        Assert.Contains("https://hub.docker.com/r/slipwaytests/tools/tags", result.Error, StringComparison.Ordinal);
        Assert.Contains("5 tags stand", result.Error, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{PublishedTools.Fallback} +v1\.0\.0 +- +.*v1\.0\.0-amd64", result.Output);
        ChildResult drift = (await tools.RunAsync("Drift")).Require(65);
        Assert.Contains("5 tag-withdrawn", drift.Error, StringComparison.Ordinal);

        keeps = false;
        foreach (
            string tag in Entries(tools)
                .Single()
                .GetProperty("destinations")[1]
                .GetProperty("standing")
                .EnumerateArray()
                .Select(tag => tag.GetString()!)
        )
            await tools.DeleteAsync("docker.io", tag);
        (await tools.RunAsync(Withdraw)).Require();
        Assert.All(Entries(tools).Single().GetProperty("destinations").EnumerateArray(), destination =>
            Assert.Equal(
                (5, 0),
                (destination.GetProperty("removed").GetArrayLength(), destination.GetProperty("standing").GetArrayLength())
            )
        );
        (await tools.RunAsync("Drift")).Require();
    }

    [Theory]
    [InlineData(403, 77)]
    [InlineData(409, 69)]
    public async Task A_registry_that_refuses_keeps_all_from_being_deleted(int status, int exitCode)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        tools.Faults = (host, request) => host == "docker.io" && request.Method == "DELETE" ? Fault.Answer(status) : null;
        (await tools.RunAsync(Withdraw)).Require(exitCode);
        Assert.False(File.Exists(tools.WithdrawnRecord));
        tools.Faults = (_, _) => null;
        (await tools.RunAsync("Drift")).Require();
    }

    [Fact]
    public async Task Without_a_terminal_and_without_a_yes_nothing_is_asked_of_anybody_and_nothing_goes()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        foreach (string host in (string[])["quay.io", "docker.io"])
            tools.At(host).Log.Clear();
        ChildResult result = (await tools.RunAsync([.. Withdraw.SkipLast(1)])).Require(64);
        Assert.Contains("--yes", result.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (tools.At("quay.io").Log.All.Length, tools.At("docker.io").Log.All.Length));
        Assert.False(File.Exists(tools.WithdrawnRecord));
    }

    [Fact]
    public async Task On_a_terminal_a_person_sees_what_would_go_and_only_yes_takes_it_off()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SlipwayCommand terminal = tools.Repository.Slipway with { Cache = tools.Repository.Beside("cache") };
        string[] asked = [.. Withdraw.SkipLast(1)];
        foreach (string answer in (string[])["no\n", "y\n", "\n", "yes!\n", "\u0004"])
        {
            ChildResult refused = (await tools.RunAsync(terminal with { Typed = answer }, asked)).Require(64);
            Assert.Contains("v1.0.0-amd64", refused.Output, StringComparison.Ordinal);
            Assert.Contains("Delete these 10 tags? Type yes: ", refused.Output, StringComparison.Ordinal);
            Assert.Contains("nothing was done", refused.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(tools.WithdrawnRecord));
        (await tools.RunAsync("Drift", "--public-key", tools.Repository.Key.Public)).Require();
        (await tools.RunAsync(terminal with { Typed = "yes\n" }, asked)).Require();
        Assert.Single(Entries(tools));
    }

    [Fact]
    public async Task A_preview_shows_what_would_go_and_only_reads()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        foreach (string host in (string[])["quay.io", "docker.io"])
            tools.At(host).Log.Clear();
        string[] preview = ["Preview", "--images", UpstreamImage.Name, "--release", UpstreamImage.Version];
        ChildResult result = (await tools.RunAsync(preview)).Require();
        Assert.Matches($@"(?m)^{PublishedTools.Fallback} +v1\.0\.0 +v1\.0\.0, .*v1\.0\.0-amd64", result.Output);
        JsonElement plan = JsonDocument.Parse((await tools.RunAsync([.. preview, "--json"])).Require().Output).RootElement[0];
        Assert.All(plan.GetProperty("destinations").EnumerateArray(), destination =>
            Assert.Equal(5, destination.GetProperty("tags").GetArrayLength())
        );
        foreach (string host in (string[])["quay.io", "docker.io"])
            Assert.DoesNotContain(tools.At(host).Log.All, request => request.Request.Method is not ("GET" or "HEAD"));
        Assert.False(File.Exists(tools.WithdrawnRecord));
        (await tools.RunAsync("Drift")).Require();

        // What was shown is what goes.
        JsonElement gone = JsonDocument
            .Parse((await tools.RunAsync([.. Withdraw, "--json"])).Require().Output)
            .RootElement[0]
            .GetProperty("withdrawal");
        Assert.Equal(
            plan.GetProperty("destinations")[0]
                .GetProperty("tags")
                .EnumerateArray()
                .Select(tag => tag.GetString())
                .Order(StringComparer.Ordinal),
            gone.GetProperty("destinations")[0].GetProperty("removed").EnumerateArray().Select(tag => tag.GetString())
        );
    }

    [Fact]
    public async Task What_was_withdrawn_is_not_published_again_by_its_name_or_by_its_digest_but_on_purpose()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        (await tools.RunAsync(Withdraw)).Require();
        foreach (string host in (string[])["quay.io", "docker.io"])
            tools.At(host).Log.Clear();
        ChildResult again = (await tools.PublishAsync()).Require(65);
        Assert.Contains("v1.0.0 was withdrawn on ", again.Error, StringComparison.Ordinal);
        Assert.Contains("a hole in \"a\"", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("assembling", again.Error, StringComparison.Ordinal);
        await tools.Repository.GitAsync("tag", "tools/v1.0.0-r1");
        ChildResult renamed = (
            await tools.RunAsync("Publish", "--tag", "tools/v1.0.0-r1", "--signing-key", tools.Repository.Key.Private)
        ).Require(65);
        Assert.Contains("published as v1.0.0, was withdrawn", renamed.Error, StringComparison.Ordinal);
        foreach (string host in (string[])["quay.io", "docker.io"])
            Assert.Equal(0, tools.At(host).Log.Count("PUT"));
        await tools.Repository.GitAsync("tag", "-d", "tools/v1.0.0-r1");

        tools.Variables["SLIPWAY_REPUBLISH_WITHDRAWN_UNSAFE"] = "true";
        Assert.NotEqual(0, (await tools.RunAsync("Publish", "--signing-key", tools.Repository.Key.Private)).ExitCode);
        tools.Variables.Remove("SLIPWAY_REPUBLISH_WITHDRAWN_UNSAFE");
        (await tools.RunAsync("Publish", "--signing-key", tools.Repository.Key.Private, "--republish-withdrawn-unsafe")).Require();
    }

    [Fact]
    public async Task A_record_that_is_kept_elsewhere_counts()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        (await tools.RunAsync(Withdraw)).Require();
        string kept = tools.Repository.Beside("records", "2026");
        Directory.CreateDirectory(kept);
        File.Move(tools.WithdrawnRecord, Path.Combine(kept, "withdrawn.json"));
        ChildResult again = (
            await tools.RunAsync("Publish", "--signing-key", tools.Repository.Key.Private, "--records", tools.Repository.Beside("records"))
        ).Require(65);
        Assert.Contains("was withdrawn on", again.Error, StringComparison.Ordinal);
        ChildResult copied = (
            await tools.RunAsync(
                "Mirror",
                "--reference",
                PublishedTools.Official + ":v1.0.0",
                "--to",
                PublishedTools.Fallback,
                "--public-key",
                tools.Repository.Key.Public,
                "--records",
                tools.Repository.Beside("records")
            )
        ).Require(65);
        Assert.Contains("was withdrawn on", copied.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--images tools --release v1.0.0", "wanted --images NAME --release vX.Y.Z --reason")]
    [InlineData("--release v1.0.0 --reason x", "wanted --images NAME")]
    [InlineData("--images tools --reason x", "wanted --images NAME")]
    [InlineData("--images tools --release v1.0.0-amd64 --reason x", "without platform")]
    [InlineData("--images tools --release latest --reason x", "--release latest")]
    public async Task What_is_missing_or_typed_wrong_is_64(string arguments, string because)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ChildResult result = (await tools.RunAsync(["Withdraw", .. arguments.Split(' ')])).Require(64);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
    }

    private static JsonElement[] Entries(PublishedTools tools) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(tools.WithdrawnRecord)).RootElement.GetProperty("withdrawals").EnumerateArray()];
}
