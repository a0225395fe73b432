using System.Text.Json;
using Slipway.Graph.Tests;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A small image in a real Docker Engine: run by its contract, loaded under its tags, and published only when it runs.</summary>
[Collection(SmallImages.Name)]
public sealed class SmokeTests(SmallFixture fixture)
{
    /// <summary>Commands that all do as they should.</summary>
    internal const string Sound = """
        run:
          - { output: ['^tool {version} linux/{arch}$'] }
          - { command: [/usr/bin/busybox, sh, -c, touch /new], exitCode: 1, output: [Read-only file system] }
          - { command: [/usr/bin/busybox, sh, -c, touch /run/x/new && ls /run/x], scratch: [/run/x], output: ["^new$"] }
          - { command: [/usr/bin/busybox, ls, /sys/class/net], output: ["^lo$"] }
          - { command: [/usr/bin/busybox, grep, CapEff, /proc/self/status], output: ["0000000000000000"], emulated: false }
          - { command: [/usr/bin/busybox, sh, -c, "echo $GREETING; exit 7"], environment: { GREETING: "well met" }, exitCode: 7, output: ["^well met$"] }
          - { command: [/usr/bin/busybox, sh, -c, "a=xxxxxxxx; while :; do a=$a$a; done"], exitCode: 137, emulated: false }

        """;

    [Fact]
    public async Task Commands_run_closed_up_on_both_platforms_and_nothing_is_left()
    {
        await PeerPrograms.RequireAsync(Peer.DockerArm64);
        using ScratchRepository repository = await AssembleAsync(Sound);
        string before = await EngineStateAsync();

        ChildResult result = (await RunAsync(repository, "Smoke", "--json")).Require();

        JsonElement[] rows = [.. result.Json("smoke").EnumerateArray()];
        Assert.Equal(
            [("linux/amd64", "passed", 7), ("linux/arm64", "passed", 5)],
            rows.Select(row =>
                (row.GetProperty("platform").GetString()!, row.GetProperty("verdict").GetString()!, row.GetProperty("commands").GetInt32())
            )
        );
        Assert.Equal(before, await EngineStateAsync());
    }

    [Fact]
    public async Task What_does_not_do_as_the_contract_says_is_65_and_not_published()
    {
        await PeerPrograms.RequireAsync(Peer.Docker);
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using ScratchRepository repository = await AssembleAsync(
            """
            run:
              - { output: [something else], platforms: [linux/amd64] }
              - { command: [/usr/bin/busybox, "false"], platforms: [linux/amd64] }
              - { command: [/no/such/program], platforms: [linux/amd64] }

            """
        );
        string[] publish =
        [
            "Publish",
            "--registries",
            "quay",
            "--registry-map",
            $"quay.io=http://{registry.Host}",
            "--signing-key",
            repository.Key.Private,
        ];

        ChildResult smoke = (await RunAsync(repository, "Smoke", "--platforms", "linux/amd64")).Require(65);
        Assert.Contains(
            "small linux/amd64: entrypoint: wanted 'something else' in its output, got: tool v1.2.3 linux/amd64\n",
            smoke.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "small linux/amd64: /usr/bin/busybox false: exit code wanted 0, got 1: nothing\n",
            smoke.Output,
            StringComparison.Ordinal
        );
        Assert.Matches("small linux/amd64: /no/such/program: .*no such file", smoke.Output);

        ChildResult published = (await RunAsync(repository, publish)).Require(65);
        Assert.Contains("3 commands of contracts failed", published.Error, StringComparison.Ordinal);
        Assert.Equal(0, registry.Writes);

        await File.WriteAllTextAsync(
            repository.At("images", SmallImage.Name, "contract.yaml"),
            SmallImage.Contract + "run: [{ output: ['^tool {version} linux/{arch}$'] }]\n"
        );
        await CommitAsync(repository);
        ChildResult stale = (await RunAsync(repository, [.. publish, "--require-smoke"])).Require(65);
        Assert.Contains("Run ./build.sh Sign --images small at this commit", stale.Error, StringComparison.Ordinal);
        Assert.Equal(0, registry.Writes);
        (await RunAsync(repository, "Sign", "--images", "small", "--signing-key", repository.Key.Private)).Require();
        ChildResult sound = (await RunAsync(repository, [.. publish, "--require-smoke"])).Require();
        Assert.Contains("small linux/amd64: 1 commands run in containers: all passed", sound.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_gives_the_engine_its_tags_and_a_line_that_runs_them()
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.DockerArm64);
        using ScratchRepository repository = await AssembleAsync("");
        const string Name = "quay.io/slipway-tests/small";
        try
        {
            ChildResult own = (await RunAsync(repository, "Load")).Require();
            (await RunAsync(repository, "Load", "--json")).Require().Json("load");
            Assert.Equal($"docker run --rm {Name}:v1.2.3\n", own.Output);
            ChildResult both = (await RunAsync(repository, "Load", "--platforms", "linux/amd64", "linux/arm64")).Require();
            Assert.Equal([$"docker run --rm {Name}:v1.2.3", $"docker run --rm --platform linux/arm64 {Name}:v1.2.3-arm64"], both.Lines);
            Assert.Equal(
                ["tool v1.2.3 linux/amd64\n", "tool v1.2.3 linux/arm64\n"],
                new[] { await ShellAsync(both.Lines[0]), await ShellAsync(both.Lines[1]) }
            );
            string build = "build-" + await repository.ShortCommitAsync();
            Assert.Equal(
                new[] { build, $"{build}-amd64", $"{build}-arm64", "build-v1.2.3", "v1.2.3", "v1.2.3-amd64", "v1.2.3-arm64" }.Order(
                    StringComparer.Ordinal
                ),
                (await docker.RunAsync("image", "ls", "--format", "{{.Tag}}", Name)).Require().Lines.Order(StringComparer.Ordinal)
            );
        }
        finally
        {
            ChildResult left = await docker.RunAsync("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", Name);
            if (left.Lines.Count > 0)
                await docker.RunAsync(["image", "rm", "--force", .. left.Lines]);
        }
    }

    /// <summary>All that the Engine has of ours: other tests may load and run their own meanwhile.</summary>
    private static async Task<string> EngineStateAsync()
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        ChildResult containers = (
            await docker.RunAsync("ps", "--all", "--filter", "label=io.github.poseidon.slipway.until", "--format", "{{.Names}} {{.Image}}")
        ).Require();
        ChildResult images = (
            await docker.RunAsync("image", "ls", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}", "slipway.invalid/passing")
        ).Require();
        return string.Join('\n', containers.Lines.Concat(images.Lines).Where(line => line.Contains(":small-", StringComparison.Ordinal)));
    }

    private static async Task<string> ShellAsync(string line) =>
        (await new ChildProcess("/bin/sh", "-c", line).RunAsync()).Require().Output;

    private static async Task CommitAsync(ScratchRepository repository)
    {
        await repository.CommitAsync("Change the contract");
        await repository.GitAsync("tag", "--force", SmallImage.Tag);
    }

    /// <summary>A repository whose contract has these commands, assembled and signed.</summary>
    private async Task<ScratchRepository> AssembleAsync(string commands)
    {
        ScratchRepository repository = await fixture.NewAsync();
        await File.WriteAllTextAsync(repository.At("images", SmallImage.Name, "contract.yaml"), SmallImage.Contract + commands);
        await CommitAsync(repository);
        (
            await RunAsync(
                repository,
                "Assemble",
                "Sign",
                "--upstream-mirror",
                repository.Mirror.Path,
                "--signing-key",
                repository.Key.Private
            )
        ).Require();
        return repository;
    }

    private Task<ChildResult> RunAsync(ScratchRepository repository, params string[] arguments)
    {
        SlipwayCommand slipway = fixture.In(repository);
        return (
            slipway with
            {
                Variables = new Dictionary<string, string?>(slipway.Variables)
                {
                    ["DOCKER_HOST"] = Environment.GetEnvironmentVariable("DOCKER_HOST"),
                },
            }
        ).RunAsync(arguments);
    }
}
