using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

public sealed class DoctorTargetTests
{
    private const string Secret = "s3cret-of-the-robot";

    [Fact]
    public async Task A_machine_that_can_release_is_told_so_and_nothing_is_left_anywhere()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(With, published: false);
        SignIn(tools, Secret);
        (await tools.PublishAsync()).Require();
        JsonElement[] lines = await LinesAsync(tools, 0);
        Assert.Equal("robot, from QUAY_USERNAME and QUAY_PASSWORD", Found(lines, PublishedTools.Official, "identity"));
        Assert.Equal("allowed: an upload was started and cancelled", Found(lines, PublishedTools.Fallback, "push"));
        Assert.Contains("would be released as v1.0.0", Found(lines, "tools", "commit"), StringComparison.Ordinal);
        Assert.Equal(0, tools.At("quay.io").OpenUploads + tools.At("docker.io").OpenUploads);
        ChildResult table = (await tools.RunAsync("Doctor")).Require();
        Assert.Matches($@"(?m)^{PublishedTools.Official} +push +ok ", table.Output);
        Assert.DoesNotContain(Secret, table.Output + table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_77_and_never_told()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(With, published: false);
        SignIn(tools, Secret + "-not");
        JsonElement[] lines = await LinesAsync(tools, 77);
        Assert.Equal("failed", Verdict(lines, PublishedTools.Fallback, "push"));
        ChildResult table = (await tools.RunAsync("Doctor")).Require(77);
        Assert.Matches($@"(?m)^{PublishedTools.Official} +push +FAILED ", table.Output);
        Assert.DoesNotContain(Secret, table.Output + table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_credential_is_77_and_nobody_is_a_hint()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        JsonElement[] lines = await LinesAsync(tools, 0);
        Assert.Equal("hint", Verdict(lines, PublishedTools.Official, "identity"));
        Assert.Equal("hint", Verdict(lines, PublishedTools.Official, "repository"));
        Assert.Equal("not known before a push", Found(lines, PublishedTools.Official, "index"));
        tools.Variables["QUAY_USERNAME"] = "robot";
        lines = await LinesAsync(tools, 77);
        Assert.Contains("QUAY_PASSWORD is not", Found(lines, PublishedTools.Official, "identity"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uncommitted_change_is_78_and_a_registry_that_is_down_75_and_the_worse_one_counts()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        tools.Faults = (host, _) => host == "docker.io" ? Fault.Answer(503) : null;
        JsonElement[] lines = await LinesAsync(tools, 75);
        Assert.Equal("failed", Verdict(lines, PublishedTools.Fallback, "reachable"));
        Assert.DoesNotContain(lines, line => Text(line, "place") == PublishedTools.Fallback && Text(line, "check") == "push");
        tools.Repository.Write("new.txt", "uncommitted");
        lines = await LinesAsync(tools, 78);
        Assert.Contains(
            "git commit",
            lines.Single(line => Text(line, "check") == "commit").GetProperty("next").GetString(),
            StringComparison.Ordinal
        );
        (await tools.RunAsync("Doctor", "--registries", "quay")).Require(78);
    }

    [Fact]
    public async Task A_program_that_is_missing_is_69_when_a_target_needs_it_and_a_hint_when_none_does()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        // Git alone.
        string git = Path.Combine(tools.Repository.Beside("bin"), "git");
        Directory.CreateDirectory(tools.Repository.Beside("bin"));
        File.CreateSymbolicLink(git, (await new ChildProcess("/bin/sh", "-c", "command -v git").RunAsync()).Require().Output.Trim());
        tools.Variables["PATH"] = tools.Repository.Beside("bin");
        tools.Variables["DOCKER_HOST"] = "unix:///nothing/here.sock";
        JsonElement[] lines = await LinesAsync(tools, 69);
        Assert.Equal(
            ["failed", "hint", "hint"],
            new[] { "gpgv", "cosign", "Docker Engine" }.Select(check => Verdict(lines, "this machine", check))
        );
    }

    private static RehearsalOptions With(string host, RehearsalOptions options) =>
        options with
        {
            User = "robot",
            Password = Secret,
            Authentication = host == "quay.io" ? RehearsalAuthentication.Token : RehearsalAuthentication.Basic,
        };

    private static void SignIn(PublishedTools tools, string secret)
    {
        foreach (
            (string name, string value) in new[]
            {
                ("QUAY_USERNAME", "robot"),
                ("QUAY_PASSWORD", secret),
                ("DOCKERHUB_USERNAME", "robot"),
                ("DOCKERHUB_TOKEN", secret),
            }
        )
            tools.Variables[name] = value;
    }

    private static async Task<JsonElement[]> LinesAsync(PublishedTools tools, int exitCode) =>
        [.. (await tools.RunAsync("Doctor", "--json")).Require(exitCode).Json("doctor").EnumerateArray()];

    private static string? Found(JsonElement[] lines, string place, string check) => Text(Line(lines, place, check), "found");

    private static string? Verdict(JsonElement[] lines, string place, string check) => Text(Line(lines, place, check), "verdict");

    private static JsonElement Line(JsonElement[] lines, string place, string check) =>
        lines.Single(line => Text(line, "place") == place && Text(line, "check") == check);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
