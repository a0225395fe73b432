using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// <c>--summary FILE</c> of both programs: SLSA's verification summary, member by member, and by the schema of
/// <c>docs/attestations/</c>.
/// </summary>
public sealed class VerificationSummaryTests
{
    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";
    private const string Page = "https://github.com/poseidon/slipway/blob/main/docs/attestations/verification-summary.md";

    private static readonly JsonSchema Schema = JsonSchema.FromFile(
        SourceTree.At("docs", "attestations", "verification-summary.schema.json")
    );

    [Fact]
    public async Task Both_programs_say_the_same_about_a_release_and_each_member_is_as_the_specification_has_it()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string[] digests = await DigestsAsync(tools);
        string key = tools.Repository.Key.Public;
        JsonObject small = await SmallAsync(tools, Release, "--key", key, "--source", "https://example.org/tools"),
            ours = await OursAsync(tools, "--reference", Release, "--public-key", key);

        foreach ((JsonObject summary, string program) in ((JsonObject, string)[])[(small, "slipway-verify"), (ours, "slipway")])
        {
            Assert.Equal("https://in-toto.io/Statement/v1", (string?)summary["_type"]);
            Assert.Equal("https://slsa.dev/verification_summary/v1", (string?)summary["predicateType"]);
            Assert.Equal(digests, SubjectsOf(summary));
            Assert.All(summary["subject"]!.AsArray(), subject => Assert.Equal(PublishedTools.Official, (string?)subject!["name"]));
            JsonNode predicate = summary["predicate"]!;
            Assert.Equal($"{Page}#{program}", (string?)predicate["verifier"]!["id"]);
            Assert.Equal(typeof(Build).Assembly.GetName().Version!.ToString(3), (string?)predicate["verifier"]!["version"]![program]);
            Assert.True(UtcSecond.TryParse((string?)predicate["timeVerified"], out _));
            Assert.Equal(
                $"pkg:oci/tools@{digests[0]}?repository_url=quay.io%2Fslipway-tests%2Ftools&tag={UpstreamImage.Version}",
                (string?)predicate["resourceUri"]
            );
            Assert.Equal($"{Page}#command-line", (string?)predicate["policy"]!["uri"]);
            Assert.Null(predicate["policy"]!["digest"]);
            Assert.Equal(VerificationKey.FromFile(key).Name, (string?)predicate["policy"]!["annotations"]!["signers"]);
            Assert.Equal("https://example.org/tools", (string?)predicate["policy"]!["annotations"]!["source"]);
            Assert.Equal("PASSED", (string?)predicate["verificationResult"]);
            Assert.Equal(["SLSA_BUILD_LEVEL_1"], predicate["verifiedLevels"]!.AsArray().Select(level => (string?)level));
            Assert.Equal("1.2", (string?)predicate["slsaVersion"]);
        }

        Assert.True(JsonNode.DeepEquals(InputsOf(small), InputsOf(ours)));
        foreach (string member in small["predicate"]!.AsObject().Select(member => member.Key).ToArray())
        {
            JsonObject less = small.DeepClone().AsObject();
            less["predicate"]!.AsObject().Remove(member);
            Assert.False(IsValid(less), member);
        }
    }

    /// <summary>All of them, and each to be fetched where the summary says: else a list must not be there at all.</summary>
    [Fact]
    public async Task The_attestations_that_were_verified_are_all_named_by_digest_and_address()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        JsonObject summary = await SmallAsync(tools, Release, "--key", tools.Repository.Key.Public);
        OciLayout trust = OciLayout.Open(tools.Repository.At("artifacts", UpstreamImage.Name, "trust"));
        SortedSet<string> signed = new(StringComparer.Ordinal);
        foreach (Descriptor entry in trust.ReadIndex().Manifests.Where(entry => entry.ArtifactType == MediaType.SigstoreBundle))
        {
            ManifestContent? bundle = await trust.ReadManifestAsync(entry.Digest, TestContext.Current.CancellationToken);
            signed.Add(Manifest.Parse(bundle!.Bytes).Layers.Single().Digest.ToString());
        }

        JsonArray inputs = InputsOf(summary);
        Assert.Equal(signed, inputs.Select(input => $"sha256:{input!["digest"]!["sha256"]}"));
        using HttpClient client = new();
        foreach (JsonNode? input in inputs)
        {
            Uri address = new((string)input!["uri"]!);
            Assert.Equal("quay.io", address.Host);
            byte[] content = await client.GetByteArrayAsync(
                new Uri(tools.At("quay.io").Address, address.AbsolutePath),
                TestContext.Current.CancellationToken
            );
            Assert.Equal($"sha256:{input["digest"]!["sha256"]}", Digest.Of(content).ToString());
            Assert.NotNull(SigstoreBundle.Parse(content).Envelope.Statement);
        }
    }

    [Fact]
    public async Task A_policy_file_is_named_by_its_digest_with_what_was_asked_beside_it()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string path = tools.Repository.Beside("policy.json");
        JsonObject policy = new()
        {
            ["schema"] = 1,
            ["repository"] = PublishedTools.Official,
            ["signers"] = new JsonObject
            {
                ["of"] = new JsonArray(new JsonObject { ["key"] = await File.ReadAllTextAsync(tools.Repository.Key.Public) }),
            },
        };
        await File.WriteAllTextAsync(path, policy.ToJsonString());
        JsonNode said = (await SmallAsync(tools, Release, "--policy", path, "--not-older-than", "v0.1.0"))["predicate"]!["policy"]!;
        Assert.Equal($"{Page}#policy-file", (string?)said["uri"]);
        Assert.Equal(Digest.Of(await File.ReadAllBytesAsync(path)).Hex, (string?)said["digest"]!["sha256"]);
        Assert.Equal("v0.1.0", (string?)said["annotations"]!["notOlderThan"]);
    }

    [Fact]
    public async Task Files_have_no_address_and_are_the_official_repository_s()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        JsonObject summary = await SmallAsync(
            tools,
            tools.Repository.At("artifacts", UpstreamImage.Name, "layout"),
            "--key",
            tools.Repository.Key.Public,
            "--official",
            PublishedTools.Official
        );
        Assert.All(InputsOf(summary), input => Assert.Null(input!["uri"]));
        Assert.StartsWith(
            $"pkg:oci/tools@{(await DigestsAsync(tools))[0]}?repository_url=quay.io",
            (string?)summary["predicate"]!["resourceUri"],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(tools.Repository.Root, summary.ToJsonString(), StringComparison.Ordinal);
        JsonObject local = await OursAsync(tools, "--images", UpstreamImage.Name, "--public-key", tools.Repository.Key.Public);
        Assert.Equal(SubjectsOf(summary), SubjectsOf(local));
    }

    /// <summary>A failure is told about what was asked for alone; of what nobody knows nothing is told, nor by an earlier run.</summary>
    [Fact]
    public async Task What_fails_is_told_as_failed_and_what_is_not_known_is_not_told()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string file = tools.Repository.Beside("summary.json"),
            key = tools.Repository.Key.Public,
            other = SigningKeys.Create(tools.Repository.Beside(), "other").Public;
        string[] asked = ["--summary", file, .. tools.Map];
        (await VerifyProgram.Compiled.RunAsync([Release, "--key", other, .. asked])).Require(65);
        JsonObject failed = await ReadAsync(file);
        Assert.Equal([(await DigestsAsync(tools))[0]], SubjectsOf(failed));
        Assert.Equal("FAILED", (string?)failed["predicate"]!["verificationResult"]);
        Assert.Equal(["FAILED"], failed["predicate"]!["verifiedLevels"]!.AsArray().Select(level => (string?)level));
        Assert.Null(failed["predicate"]!["inputAttestations"]);

        (await VerifyProgram.Compiled.RunAsync([PublishedTools.Official + ":v9.9.9", "--key", key, .. asked])).Require(65);
        Assert.False(File.Exists(file));
        (await VerifyProgram.Compiled.RunAsync([Release, "--key", key, .. asked])).Require();
        Assert.True(File.Exists(file));
        tools.Faults = (_, _) => Fault.Answer(503, "0");
        (await VerifyProgram.Compiled.RunAsync([Release, "--key", key, .. asked])).Require(75);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_file_that_is_no_summary_is_not_replaced()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string key = tools.Repository.Key.Public,
            text = await File.ReadAllTextAsync(key);
        foreach (
            (string file, string because) in ((string, string)[])
                [
                    (key, "that is no verification summary"),
                    (tools.Repository.Beside("no", "such", "folder.json"), "wanted a file in a folder that exists"),
                    (tools.Repository.Root, "wanted a file in a folder that exists"),
                    ("/dev/null", "that is no verification summary"),
                ]
        )
        {
            Assert.Contains(
                because,
                (await VerifyProgram.Compiled.RunAsync([Release, "--key", key, "--summary", file, .. tools.Map])).Require(64).Error,
                StringComparison.Ordinal
            );
            Assert.Contains(
                because,
                (await tools.RunAsync("Verify", "--reference", Release, "--public-key", key, "--summary", file)).Require(64).Error,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(text, await File.ReadAllTextAsync(key));
        Assert.Contains(
            "it is about one image",
            (await tools.RunAsync("Verify", "--public-key", key, "--summary", tools.Repository.Beside("summary.json"))).Require(64).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task With_a_signer_it_is_a_bundle_by_that_signer_who_is_nobody_to_believe_about_the_release()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SigningKeys verifier = SigningKeys.Create(tools.Repository.Beside(), "verifier");
        string file = tools.Repository.Beside("summary.json");
        string[] command =
        [
            "Verify",
            "--reference",
            Release,
            "--public-key",
            tools.Repository.Key.Public,
            "--signing-key",
            verifier.Private,
            "--summary",
            file,
        ];
        (await tools.RunAsync(command)).Require();
        // The summary of before is replaced, signed or not.
        (await tools.RunAsync(command)).Require();
        SigstoreBundle bundle = SigstoreBundle.Parse(await File.ReadAllBytesAsync(file));
        Assert.True(bundle.Envelope.IsSignedBy(VerificationKey.FromFile(verifier.Public)));
        Assert.False(bundle.Envelope.IsSignedBy(VerificationKey.FromFile(tools.Repository.Key.Public)));
        JsonObject summary = Checked(JsonNode.Parse(bundle.Envelope.Payload.Span)!.AsObject());
        Assert.Equal(await DigestsAsync(tools), SubjectsOf(summary));
        Assert.Equal("PASSED", (string?)summary["predicate"]!["verificationResult"]);

        command[4] = verifier.Public;
        (await tools.RunAsync(command)).Require(65);
        bundle = SigstoreBundle.Parse(await File.ReadAllBytesAsync(file));
        Assert.Equal("FAILED", (string?)JsonNode.Parse(bundle.Envelope.Payload.Span)!["predicate"]!["verificationResult"]);
    }

    private static async Task<JsonObject> SmallAsync(PublishedTools tools, params string[] arguments)
    {
        string file = tools.Repository.Beside("small.json");
        (await VerifyProgram.Compiled.RunAsync([.. arguments, "--summary", file, .. tools.Map])).Require();
        return await ReadAsync(file);
    }

    private static async Task<JsonObject> OursAsync(PublishedTools tools, params string[] arguments)
    {
        string file = tools.Repository.Beside("ours.json");
        (await tools.RunAsync(["Verify", .. arguments, "--summary", file])).Require();
        return await ReadAsync(file);
    }

    private static async Task<JsonObject> ReadAsync(string file)
    {
        byte[] content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(VerificationSummary.Type, Statement.Parse(content).PredicateType);
        return Checked(JsonNode.Parse(Encoding.UTF8.GetString(content))!.AsObject());
    }

    private static JsonObject Checked(JsonObject summary)
    {
        Assert.True(IsValid(summary), summary.ToJsonString());
        return summary;
    }

    private static bool IsValid(JsonObject summary)
    {
        using JsonDocument document = JsonDocument.Parse(summary.ToJsonString());
        return Schema.Evaluate(document.RootElement).IsValid;
    }

    private static JsonArray InputsOf(JsonObject summary) => summary["predicate"]!["inputAttestations"]!.AsArray();

    private static string[] SubjectsOf(JsonObject summary) =>
        [.. summary["subject"]!.AsArray().Select(subject => $"sha256:{subject!["digest"]!["sha256"]}")];

    /// <summary>The index, then its manifests.</summary>
    private static async Task<string[]> DigestsAsync(PublishedTools tools)
    {
        OciLayout layout = OciLayout.Open(tools.Repository.At("artifacts", UpstreamImage.Name, "layout"));
        Descriptor index = layout.ReadIndex().Manifests.First(entry => entry.MediaType == MediaType.Index);
        ManifestContent? content = await layout.ReadManifestAsync(index.Digest, TestContext.Current.CancellationToken);
        return [index.Digest.ToString(), .. Oci.Index.Parse(content!.Bytes).Manifests.Select(child => child.Digest.ToString())];
    }
}
