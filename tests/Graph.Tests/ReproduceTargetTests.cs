using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>The target Reproduce as its users run it, and what its attestations are worth to Verify.</summary>
public sealed class ReproduceTargetTests(SignedTools made) : IClassFixture<SignedTools>
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
            Assert.Contains("tools: said before", again.Error, StringComparison.Ordinal);
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
            "Of a copy give --images NAME",
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
        Assert.Contains("tools: said before", (await ReproduceAsync(tools, elsewhere, attest)).Require().Error, StringComparison.Ordinal);
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

    public static TheoryData<string, string> Names { get; } = [.. Changes.Select(change => (change.Key, change.Value.Text))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_came_out_otherwise_is_65_by_name_and_is_never_signed(string what, string text)
    {
        using ToolsCopy copy = await made.CopyAsync();
        await Changes[what].Do(copy);
        ChildResult result = (await ReproduceAsync(copy, "--attest")).Require(65);
        Assert.Contains(text, result.Output, StringComparison.Ordinal);
        Assert.Contains("different: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("different", Record().GetProperty("result").GetString());
        Assert.False(Directory.Exists(Results("trust")));
    }

    [Fact]
    public async Task One_byte_of_one_file_is_one_path_with_its_layer_and_owner()
    {
        using ToolsCopy copy = await made.CopyAsync();
        await copy.ChangeLayerAsync(Flipped);
        ChildResult result = (await ReproduceAsync(copy)).Require(65);
        Assert.Contains($"1 path and ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"first /{File} (content; upstream a v1.0.0)", result.Error, StringComparison.Ordinal);
        JsonElement platform = Record().GetProperty("platforms")[0];
        JsonElement only = Assert.Single(platform.GetProperty("files").EnumerateArray());
        Assert.Equal(
            ("/" + File, "the tools", "upstream a v1.0.0"),
            (only.GetProperty("path").GetString(), only.GetProperty("title").GetString(), only.GetProperty("owner").GetString())
        );
        Assert.Equal(["content"], only.GetProperty("differs").EnumerateArray().Select(one => one.GetString()));
    }

    private static Dictionary<string, (string Text, Func<ToolsCopy, Task> Do)> Changes =>
        new(StringComparer.Ordinal)
        {
            ["a byte"] = ($"the tools  /{File}  content  ", copy => copy.ChangeLayerAsync(Flipped)),
            ["a byte that the configuration does not own up to"] = ($"the tools  /{File}  content  ", copy =>
                copy.ChangeLayerAsync(Flipped, isTold: false)
            ),
            ["a configuration that owns up to nothing"] = ("config.rootfs.diff_ids[0]", copy =>
                copy.ChangeLayerAsync(Flipped, isTold: false)
            ),
            ["a mode"] = ($"the tools  /{File}  mode  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.Mode = (UnixFileMode)0b100_111_101_101))
            ),
            ["an owner"] = ($"the tools  /{File}  owner  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.Uid = 7))
            ),
            ["a time"] = ($"the tools  /{File}  time  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.ModificationTime = entry.ModificationTime.AddSeconds(1)))
            ),
            ["one more file"] = ("the tools  /usr/local/share/evil  only in the release  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, _ => { }, "usr/local/share/evil"))
            ),
            ["one more file with a name that steers terminals"] = ("the tools  /usr/local/share/evil?[31m", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, _ => { }, "usr/local/share/evil\u001b[31m"))
            ),
            ["headers alone"] = ("the tools  (all of it)  archive headers", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.UserName = "somebody"))
            ),
            ["one more layer"] = ("layer 1  /usr  ", copy => copy.AddLayerAsync(LayerEntry.Directory("usr", ""))),
            ["the environment"] = ("config.config.Env[0]", copy =>
                copy.ChangeAsync((manifest, config) => Task.FromResult((manifest, config with { Environment = ["PATH=/tmp"] })))
            ),
            ["an annotation of the index"] = ("index.annotations.x", copy =>
                copy.ChangeAsync(
                    (manifest, config) => Task.FromResult((manifest, config)),
                    index => index with { Annotations = index.Annotations.Add("x", "y") }
                )
            ),
        };

    public static TheoryData<string, int, string> Refused { get; } =
    [.. Refusals.Select(refusal => (refusal.Key, refusal.Value.Code, refusal.Value.Text))];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_built_again_is_refused_with_the_reason(string what, int code, string text)
    {
        using ToolsCopy copy = await made.CopyAsync();
        await Refusals[what].Do(copy);
        string[] form = what.Contains("Engine", StringComparison.Ordinal)
            ? ["--reference", $"{copy.Folder}/layout@{copy.Root.Digest}"]
            : [];
        ChildResult result = (await ReproduceAsync(copy, ["--attest", .. form])).Require(code);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(Results("trust", "index.json")));
    }

    private static Dictionary<string, (int Code, string Text, Func<ToolsCopy, Task> Do)> Refusals =>
        new(StringComparer.Ordinal)
        {
            ["a commit that this clone lacks"] = (78, $"Run git fetch https://example.org/tools {new string('1', 40)}", copy =>
                SayCommitAsync(copy, new string('1', 40))
            ),
            ["a commit that is an option"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"commit\":\"", "\"commit\":\"--upload-pack=touch /tmp/x"))
            ),
            ["a commit that is a path"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"commit\":\"", "\"commit\":\"../../"))
            ),
            ["an image that is a path"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"image\":\"tools\"", "\"image\":\"../tools\""))
            ),
            ["another lock"] = (65, "the provenance tells of an image.lock.json with", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Lock = Digest.Of("other"u8) } })
            ),
            ["another definition"] = (65, "the provenance tells of an image.yaml with", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Definition = Digest.Of("other"u8) } })
            ),
            ["another platform"] = (65, "platforms-mismatch: platforms wanted linux/amd64, got linux/amd64, linux/s390x", copy =>
                copy.SayProvenanceAsync(said =>
                    said with
                    {
                        Parameters = said.Parameters with { Platforms = [Platform.LinuxAmd64, Platform.Parse("linux/s390x")] },
                    }
                )
            ),
            ["uncommitted changes"] = (65, "source-modified", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { IsModified = true } })
            ),
            ["a rehearsal"] = (65, "builder-is-rehearsal", copy =>
                copy.SayProvenanceAsync(said => said with { BuilderId = Builder.Rehearsal.Id })
            ),
            ["stand-ins"] = (65, "stand-ins for a", copy =>
                copy.ChangeAsync(
                    (manifest, config) => Task.FromResult((manifest, config)),
                    index => index with { Annotations = index.Annotations.Add(StandInMark.Key, "a") }
                )
            ),
            ["built by an Engine"] = (65, "Run ./build.sh BuildDockerfile Compare --images tools", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Dockerfile = Digest.Of("x"u8) } })
            ),
            ["signed by nobody"] = (65, "signature-missing", copy =>
            {
                Directory.Delete(Path.Combine(copy.Folder, "trust"), recursive: true);
                return Task.CompletedTask;
            }),
            ["a layer that is no archive"] = (65, "the archive is broken", copy => copy.ChangeLayerAsync(archive => archive[..700])),
        };

    [Fact]
    public async Task A_reproduction_counts_when_it_is_of_the_source_that_the_release_names()
    {
        using ToolsCopy copy = await made.CopyAsync();
        BuildParameters said = (await copy.ProvenanceAsync()).Parameters;
        ReproductionFinding finding = new(
            copy.Root.Digest,
            copy.Root.Digest,
            [],
            [new(Platform.LinuxAmd64, copy.Child.Digest, copy.Child.Digest)]
        );
        ReproductionStatement statement = ReproductionStatement.Of(
            finding,
            said,
            Builder.Local,
            new Toolchain("1", "2"),
            DateTimeOffset.UnixEpoch
        );
        foreach (
            (byte[] predicate, FailureReason? reason) in (IEnumerable<(byte[], FailureReason?)>)
                [
                    (statement.ToBytes(), null),
                    (
                        (statement with { Rebuilt = [copy.Root.Digest, copy.Child.Digest, Digest.Of("foreign"u8)] }).ToBytes(),
                        FailureReason.ReproductionMismatch
                    ),
                    ((statement with { Rebuilt = [Digest.Of("foreign"u8)] }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Commit = new string('1', 40) }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Lock = Digest.Of("x"u8) }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Result = ReproductionResult.Different }).ToBytes(), FailureReason.ReproductionMismatch),
                    ("{}"u8.ToArray(), FailureReason.ReproductionMismatch),
                ]
        )
        {
            using ToolsCopy one = await made.CopyAsync();
            await one.SayMoreAsync(ReproductionStatement.Type, predicate);
            Assert.True((await one.VerifyAsync()).Passed);
            Assert.Equal(reason, (await one.VerifyAsync(one.Key)).Subjects[0].Failure);
        }

        // Signed of another commit, and changed to the right one by somebody without the key.
        using (ToolsCopy forged = await made.CopyAsync())
        {
            await forged.SayMoreAsync(ReproductionStatement.Type, (statement with { Commit = new string('1', 40) }).ToBytes());
            await forged.ForgeAsync(ReproductionStatement.Type, new string('1', 40), said.Commit);
            SubjectVerdict verdict = (await forged.VerifyAsync(forged.Key)).Subjects[0];
            Assert.Equal(
                (FailureReason.ReproductionMissing, true),
                (verdict.Failure, verdict.Text.Contains($"no {ReproductionStatement.Type} by the key", StringComparison.Ordinal))
            );
        }

        await copy.SayMoreAsync("https://example.org/anything", """{"of":["anybody"]}"""u8.ToArray());
        Assert.True((await copy.VerifyAsync()).Passed);
        Assert.Equal(FailureReason.ReproductionMissing, (await copy.VerifyAsync(copy.Key)).Subjects[0].Failure);
        Assert.Throws<InvalidOperationException>(() =>
            ReproductionStatement.Of(
                finding with
                {
                    Released = Digest.Of("x"u8),
                    Platforms = [],
                },
                said,
                Builder.Local,
                new Toolchain("1", "2"),
                DateTimeOffset.UnixEpoch
            )
        );
    }

    [Theory]
    [InlineData("wanted --reference")]
    [InlineData("--push: it sends what --attest signs", "--push", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    [InlineData("is the repository of no image", "--reference", "quay.io/other/image:v1.0.0", "--public-key", "KEY")]
    [InlineData("wanted a tag or a digest", "--reference", "quay.io/slipway-tests/tools", "--public-key", "KEY")]
    [InlineData("--push: artifacts/tools/layout is no registry", "--attest", "--push", "--reference", "artifacts/tools/layout")]
    [InlineData("Run ./build.sh BuildDockerfile Compare", "--dockerfile")]
    [InlineData("wanted no --reference", "--rehearsal", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    public async Task What_is_typed_wrong_is_64(string because, params string[] arguments)
    {
        string[] typed = [.. arguments.Select(argument => argument == "KEY" ? made.Repository.Key.Public : argument)];
        Assert.Contains(because, (await Slipway.RunAsync(["Reproduce", .. typed])).Require(64).Error, StringComparison.Ordinal);
    }

    private SlipwayCommand Slipway => made.Repository.Slipway with { Cache = made.Repository.Beside("cache") };

    private string Results(params string[] parts) => made.Repository.At(["artifacts", "reproduction", "tools", .. parts]);

    private JsonElement Record() => JsonDocument.Parse(System.IO.File.ReadAllBytes(Results("reproduction.json"))).RootElement;

    /// <summary>Below the fixture's repository; what an earlier test left is not this one's.</summary>
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

    private static Task SayCommitAsync(ToolsCopy copy, string commit) =>
        copy.SayProvenanceAsync(said =>
            said with
            {
                Parameters = said.Parameters with { Commit = commit },
                Dependencies =
                [
                    .. said.Dependencies.Select(resource =>
                        resource.Digests.ContainsKey(ResourceDescriptor.GitCommit)
                            ? resource with
                            {
                                Digests = resource.Digests.SetItem(ResourceDescriptor.GitCommit, commit),
                            }
                            : resource
                    ),
                ],
            }
        );

    /// <summary>One byte of a file's content; no header covers it.</summary>
    private static byte[] Flipped(byte[] archive)
    {
        byte[] content = System.IO.File.ReadAllBytes(ContentOf(archive));
        int at = archive.AsSpan().IndexOf(content);
        byte[] changed = [.. archive];
        changed[at + 500] ^= 1;
        return changed;
    }

    private static string ContentOf(byte[] archive)
    {
        string file = Path.GetTempFileName();
        using TarReader reader = new(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == File)
                entry.ExtractToFile(file, overwrite: true);
        }

        return file;
    }

    /// <summary>The same archive written anew, with something else about one file.</summary>
    private static byte[] Rewritten(byte[] archive, Action<PosixTarEntry> change, string? added = null)
    {
        using MemoryStream written = new();
        using (TarReader reader = new(new MemoryStream(archive)))
        using (TarWriter writer = new(written, TarEntryFormat.Pax, leaveOpen: true))
        {
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                if (entry.Name == File)
                    change((PosixTarEntry)entry);
                writer.WriteEntry(entry);
            }

            if (added is not null)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, added) { DataStream = new MemoryStream("x"u8.ToArray()) });
        }

        return written.ToArray();
    }

    private static byte[] Replaced(ReadOnlyMemory<byte> json, string old, string changed)
    {
        string text = Encoding.UTF8.GetString(json.Span);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
    }
}
