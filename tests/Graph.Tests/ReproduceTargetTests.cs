using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>The target Reproduce as its users run it, and what its attestations are worth to Verify.</summary>
public sealed partial class ReproduceTargetTests(SignedTools made) : IClassFixture<SignedTools>
{
    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";
    private const string File = "usr/local/share/a";

    [Fact]
    public async Task A_release_made_elsewhere_is_identical_and_who_built_it_again_adds_up()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SlipwayCommand elsewhere = await CloneAsync(tools, "elsewhere");
        SigningKeys rebuilder = SigningKeys.Create(tools.Repository.Beside(), "rebuilder"),
            other = SigningKeys.Create(tools.Repository.Beside(), "other");

        ChildResult plain = (await ReproduceAsync(tools, elsewhere)).Require();
        Assert.Contains($"identical: {Release} is sha256:", plain.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(elsewhere.Root, "artifacts", "tools")));
        Assert.False(Directory.Exists(Path.Combine(elsewhere.Root, "artifacts", "reproduction", "tools", "trust")));
        Assert.Equal(
            "",
            (await new ChildProcess("git", "status", "--porcelain") { WorkingDirectory = elsewhere.Root }.RunAsync()).Require().Output
        );
        (await ReproduceAsync(tools, elsewhere, "--platforms", "linux/arm64")).Require(64);

        tools.At("quay.io").Log.Clear();
        ChildResult first = (await ReproduceAsync(tools, elsewhere, "--attest", "--push", "--signing-key", rebuilder.Private)).Require();
        Assert.Contains("tools: signed by the key", first.Error, StringComparison.Ordinal);
        Assert.Contains("4 manifests sent", first.Error, StringComparison.Ordinal);
        Assert.True(Writes(tools) > 0);

        (await VerifyAsync(tools, Release)).Require();
        Assert.Contains(
            "reproduced (identical) by the key",
            (await VerifyAsync(tools, Release, "--reproduced-by", rebuilder.Public)).Require().Output,
            StringComparison.Ordinal
        );
        ChildResult missing = (await VerifyAsync(tools, Release, "--reproduced-by", rebuilder.Public, other.Public)).Require(65);
        Assert.Contains(
            $"reproduction-missing: no reproduction by {VerificationKey.FromFile(other.Public).Name}",
            missing.Error,
            StringComparison.Ordinal
        );
        (await VerifyAsync(tools, $"{PublishedTools.Fallback}:{UpstreamImage.Version}", "--reproduced-by", rebuilder.Public)).Require(65);
        (await VerifyAsync(tools, Release, "--reproduced-by", tools.Repository.Beside("nowhere.pub"))).Require(78);

        // Once more here, and by the same rebuilder on another machine: nothing is signed or sent again.
        SlipwayCommand fresh = await CloneAsync(tools, "fresh");
        foreach (SlipwayCommand machine in (SlipwayCommand[])[elsewhere, fresh])
        {
            tools.At("quay.io").Log.Clear();
            ChildResult again = (await ReproduceAsync(tools, machine, "--attest", "--push", "--signing-key", rebuilder.Private)).Require();
            Assert.Contains("tools: already signed", again.Error, StringComparison.Ordinal);
            Assert.Contains("0 manifests sent", again.Error, StringComparison.Ordinal);
            Assert.Equal(0, Writes(tools));
        }

        // A second rebuilder stands beside the first.
        (await ReproduceAsync(tools, fresh, "--attest", "--push", "--signing-key", other.Private)).Require();
        (await VerifyAsync(tools, Release, "--reproduced-by", rebuilder.Public, other.Public)).Require();
        (await tools.PublishAsync()).Require();
    }

    [Fact]
    public async Task A_rebuilders_word_on_one_registry_is_mirrored_to_the_other_and_stands_in_nobodys_way()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SlipwayCommand slipway = tools.Repository.Slipway with { Cache = tools.Repository.Beside("cache") };
        const string Fallback = $"{PublishedTools.Fallback}:{UpstreamImage.Version}";
        SigningKeys rebuilder = SigningKeys.Create(tools.Repository.Beside(), "rebuilder"),
            other = SigningKeys.Create(tools.Repository.Beside(), "other");
        (await ReproduceAsync(tools, slipway, "--attest", "--push", "--signing-key", rebuilder.Private)).Require();
        (await VerifyAsync(tools, Fallback, "--reproduced-by", rebuilder.Public)).Require(65);

        // What others said is among what a summary says was verified, where it was asked for.
        string told = tools.Repository.Beside("told.json"),
            untold = tools.Repository.Beside("untold.json");
        (await VerifyAsync(tools, Release, "--summary", told, "--reproduced-by", rebuilder.Public)).Require();
        (await VerifyAsync(tools, Release, "--summary", untold)).Require();
        Assert.Single((await InputsAsync(told)).Except(await InputsAsync(untold)));

        // While the registries differ by it, nothing is amiss and nothing is to be done.
        foreach (string host in (string[])["quay.io", "docker.io"])
            tools.At(host).Log.Clear();
        (await VerifyAsync(tools, Release)).Require();
        (await VerifyAsync(tools, Release, "--all-registries")).Require();
        (await tools.RunAsync("Drift", "--public-key", tools.Repository.Key.Public)).Require();
        (await tools.PublishAsync()).Require();
        string archive = tools.Repository.Beside("saved.tar");
        (
            await tools.RunAsync(
                "Save",
                "--reference",
                Release,
                "--to",
                archive,
                "--public-key",
                tools.Repository.Key.Public,
                "--reproduced-by",
                rebuilder.Public
            )
        ).Require();
        (await VerifyAsync(tools, "oci-archive:" + archive, "--images", UpstreamImage.Name, "--reproduced-by", rebuilder.Public)).Require();
        Assert.Equal((0, 0), (Writes(tools), Writes(tools, "docker.io")));

        (await MirrorAsync(tools, Release, PublishedTools.Fallback)).Require();
        Assert.Contains(
            "reproduced (identical) by the key",
            (await VerifyAsync(tools, Release, "--all-registries", "--reproduced-by", rebuilder.Public)).Require().Output,
            StringComparison.Ordinal
        );
        (await ReproduceAsync(tools, slipway, "--attest", "--push", "--signing-key", other.Private, "--reference", Fallback)).Require();
        (await MirrorAsync(tools, Fallback, PublishedTools.Official)).Require();
        (await VerifyAsync(tools, Release, "--all-registries", "--reproduced-by", rebuilder.Public, other.Public)).Require();
        foreach (string host in (string[])["quay.io", "docker.io"])
            tools.At(host).Log.Clear();
        (await MirrorAsync(tools, Release, PublishedTools.Fallback)).Require();
        (await MirrorAsync(tools, Fallback, PublishedTools.Official)).Require();
        (await tools.PublishAsync()).Require();
        Assert.Equal((0, 0), (Writes(tools), Writes(tools, "docker.io")));
    }

    [Fact]
    public async Task The_releases_own_key_is_nobody_who_built_it_again_and_a_builder_is_the_one_that_was_named()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        ChildResult own = (await VerifyAsync(tools, Release, "--reproduced-by", tools.Repository.Key.Public)).Require(64);
        Assert.Contains("--reproduced-by", own.Error, StringComparison.Ordinal);
        string local = Builder.Local.Id;
        (await VerifyAsync(tools, Release, "--builder", local)).Require();
        foreach (
            string other in (string[])
                [
                    local[..^1],
                    local + "/",
                    local.ToUpperInvariant(),
                    "https://github.com/poseidon/slipway/.github/workflows/release.yml@refs/heads/main",
                ]
        )
        {
            foreach (
                string[] target in (string[][])
                    [
                        ["Verify"],
                        ["Save", "--to", tools.Repository.Beside("saved.tar")],
                        ["Mirror", "--to", $"{PublishedTools.Fallback}"],
                        ["Reproduce", "--upstream-mirror", tools.Repository.Mirror.Path],
                    ]
            )
            {
                ChildResult refused = (
                    await tools.RunAsync([
                        .. target,
                        "--reference",
                        Release,
                        "--public-key",
                        tools.Repository.Key.Public,
                        "--builder",
                        other,
                    ])
                ).Require(65);
                Assert.Contains($"wanted {other}, got {local}", refused.Error, StringComparison.Ordinal);
            }
        }

        Assert.False(System.IO.File.Exists(tools.Repository.Beside("saved.tar")));
    }

    [Fact]
    public async Task A_copy_elsewhere_is_built_again_as_what_it_is_a_copy_of()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        const string Copy = "docker.io/elsewhere/mirror";
        (await MirrorAsync(tools, Release, Copy)).Require();
        SlipwayCommand elsewhere = await CloneAsync(tools, "elsewhere");
        Assert.Contains(
            "For a copy give --images NAME",
            (await ReproduceAsync(tools, elsewhere, "--reference", $"{Copy}:{UpstreamImage.Version}")).Require(64).Error,
            StringComparison.Ordinal
        );
        foreach (
            string[] named in (string[][])
                [
                    ["--images", UpstreamImage.Name],
                    ["--official", PublishedTools.Official],
                ]
        )
        {
            ChildResult result = (
                await ReproduceAsync(tools, elsewhere, ["--reference", $"{Copy}:{UpstreamImage.Version}", .. named])
            ).Require();
            Assert.Contains("identical", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_platform_alone_is_called_that_and_is_no_word_on_the_index()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SlipwayCommand elsewhere = await CloneAsync(tools, "elsewhere");
        SigningKeys rebuilder = SigningKeys.Create(tools.Repository.Beside(), "rebuilder");
        ChildResult result = (
            await ReproduceAsync(
                tools,
                elsewhere,
                "--attest",
                "--push",
                "--signing-key",
                rebuilder.Private,
                "--reference",
                Release + "-amd64"
            )
        ).Require();
        Assert.Contains("(linux/amd64) alone, built again from commit", result.Output, StringComparison.Ordinal);
        JsonElement record = JsonDocument
            .Parse(
                await System.IO.File.ReadAllBytesAsync(
                    Path.Combine(elsewhere.Root, "artifacts", "reproduction", "tools", "reproduction.json"),
                    TestContext.Current.CancellationToken
                )
            )
            .RootElement;
        Assert.Equal(("identical", false), (record.GetProperty("result").GetString(), record.GetProperty("whole").GetBoolean()));
        (await VerifyAsync(tools, Release + "-amd64", "--reproduced-by", rebuilder.Public)).Require();
        Assert.Contains(
            "reproduction-missing",
            (await VerifyAsync(tools, Release, "--reproduced-by", rebuilder.Public)).Require(65).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_registry_that_refuses_is_77_after_the_attestation_was_kept_and_a_killed_run_is_finished_by_the_next()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SlipwayCommand elsewhere = await CloneAsync(tools, "elsewhere");
        SigningKeys rebuilder = SigningKeys.Create(tools.Repository.Beside(), "rebuilder");
        string[] attest = ["--attest", "--push", "--signing-key", rebuilder.Private];

        tools.Faults = (host, request) => host == "quay.io" && request.Method is not ("GET" or "HEAD") ? Fault.Answer(403) : null;
        (await ReproduceAsync(tools, elsewhere, attest)).Require(77);
        string trust = Path.Combine(elsewhere.Root, "artifacts", "reproduction", "tools", "trust", "index.json");
        string kept = await System.IO.File.ReadAllTextAsync(trust, TestContext.Current.CancellationToken);
        Assert.Contains("manifests", kept, StringComparison.Ordinal);

        int process = 0;
        tools.Faults = (host, request) =>
        {
            if (host == "quay.io" && request.Method == "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal))
                Process.GetProcessById(process).Kill();
            return null;
        };
        Assert.NotEqual(0, (await ReproduceAsync(tools, elsewhere with { Started = id => process = id }, attest)).ExitCode);
        tools.Faults = (_, _) => null;
        Assert.Contains(
            "tools: already signed",
            (await ReproduceAsync(tools, elsewhere, attest)).Require().Error,
            StringComparison.Ordinal
        );
        Assert.Equal(kept, await System.IO.File.ReadAllTextAsync(trust, TestContext.Current.CancellationToken));
        (await VerifyAsync(tools, Release, "--reproduced-by", rebuilder.Public)).Require();
    }

    [Fact]
    public async Task Other_compression_is_the_same_content_with_a_note_and_can_be_attested()
    {
        using ToolsCopy copy = await made.CopyAsync();
        await copy.ChangeLayerAsync(archive => archive, CompressionLevel.NoCompression);
        ChildResult result = (await ReproduceAsync(copy, "--attest")).Require();
        Assert.Contains("same content, other compression:", result.Output, StringComparison.Ordinal);
        Assert.Contains($".NET {Environment.Version} there and {Environment.Version} here", result.Output, StringComparison.Ordinal);
        Assert.Equal("same-content", Record().GetProperty("result").GetString());
        OciLayout trust = OciLayout.Open(Results("trust"));
        Assert.Equal(
            [copy.Root.Digest, copy.Child.Digest],
            trust
                .ReadIndex()
                .Manifests.Where(entry => entry.ArtifactType is not null)
                .Select(entry => Manifest.Parse(trust.ReadManifestAsync(entry.Digest, default).Result!.Bytes).Subject!.Digest)
        );
    }

    private SlipwayCommand Slipway => made.Repository.Slipway with { Cache = made.Repository.Beside("cache") };

    private string Results(params string[] parts) => made.Repository.At(["artifacts", "reproduction", "tools", .. parts]);

    private JsonElement Record() => JsonDocument.Parse(System.IO.File.ReadAllBytes(Results("reproduction.json"))).RootElement;

    /// <summary>Below the fixture's repository; what an earlier test left is not this one's.</summary>
    private static async Task<string[]> InputsAsync(string summary) =>
        [
            .. JsonNode.Parse(await System.IO.File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken))!["predicate"]![
                "inputAttestations"
            ]!
                .AsArray()
                .Select(input => (string)input!["digest"]!["sha256"]!),
        ];

    private async Task<ChildResult> ReproduceAsync(ToolsCopy copy, params string[] more)
    {
        if (Directory.Exists(Results()))
            Directory.Delete(Results(), recursive: true);
        string[] reference = more.Contains("--reference") ? [] : ["--reference", Path.Combine(copy.Folder, "layout")];
        return await Slipway.RunAsync([
            "Reproduce",
            "--images",
            "tools",
            "--upstream-mirror",
            made.Repository.Mirror.Path,
            "--signing-key",
            made.Repository.Key.Private,
            .. reference,
            .. more,
        ]);
    }

    private static Task<ChildResult> ReproduceAsync(PublishedTools tools, SlipwayCommand slipway, params string[] more) =>
        tools.RunAsync(
            slipway,
            [
                .. more.Contains("--reference") ? (string[])["Reproduce"] : ["Reproduce", "--reference", Release],
                "--upstream-mirror",
                tools.Repository.Mirror.Path,
                "--public-key",
                tools.Repository.Key.Public,
                .. more,
            ]
        );

    private static Task<ChildResult> VerifyAsync(PublishedTools tools, string reference, params string[] more) =>
        tools.RunAsync(["Verify", "--reference", reference, "--public-key", tools.Repository.Key.Public, .. more]);

    /// <summary>A clone of the repository with a cache of its own, and another commit on top.</summary>
    private static async Task<SlipwayCommand> CloneAsync(PublishedTools tools, string name)
    {
        string root = tools.Repository.Beside(name, "clone");
        (await new ChildProcess("git", "clone", "--quiet", tools.Repository.Root, root).RunAsync()).Require();
        return tools.Repository.Slipway with { Root = root, Cache = tools.Repository.Beside(name, "cache") };
    }

    private static Task<ChildResult> MirrorAsync(PublishedTools tools, string from, string to) =>
        tools.RunAsync("Mirror", "--reference", from, "--to", to, "--public-key", tools.Repository.Key.Public);

    private static int Writes(PublishedTools tools, string host = "quay.io") =>
        tools.At(host).Log.All.Count(entry => entry.Request.Method is not ("GET" or "HEAD"));
}
