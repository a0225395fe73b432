using System.Text;
using System.Text.Json;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;
using YamlDotNet.RepresentationModel;

namespace Slipway.Peers.Tests;

/// <summary>
/// What <c>docs/verify.md</c> tells people to do, done word by word with the real programs against two real registries: it
/// accepts what we publish and refuses everything else.
/// </summary>
[Collection(PublishedKubelet.Name)]
public sealed class VerifyDocumentTests(KubeletFixture fixture)
{
    /// <summary>By their first lines, without the version.</summary>
    private static readonly Dictionary<string, string> NotRun = new(StringComparer.Ordinal)
    {
        ["cosign verify-blob --key release.pub --insecure-ignore-tlog=true --bundle SHA256SUMS.sigstore.json SHA256SUMS &&"] =
            $"it checks the program and no image: {nameof(PackageTests)}",
        [@"cosign verify quay.io/poseidon/kubelet: \"] =
            "releases are not signed without a key yet, and Sigstore cannot be asked from everywhere",
        [
            "./build.sh Verify --reference quay.io/poseidon/kubelet: --public-key release.pub --signing-key verifier.key --summary kubelet.json"
        ] = $"it takes a verifier's key: {nameof(SummaryTests)}",
        ["gh attestation verify oci://quay.io/poseidon/kubelet: --bundle-from-oci --repo poseidon/kubelet"] =
            "it wants a login at GitHub; tests/Graph.Tests/GitHubAttestationTests.cs has its rules",
        ["podman pull quay.io/poseidon/kubelet:"] =
            "podman writes to the user's own store; the policy is skopeo's, read by the same library",
    };

    /// <summary>Files that no command of the document reads, and the tests that do.</summary>
    private static readonly Dictionary<string, string> Read = new(StringComparer.Ordinal)
    {
        ["kubelet.policy.json"] = nameof(The_policy_is_one),
        ["config.toml"] = nameof(The_verifier_lies_where_containerds_configuration_looks_for_it),
        ["image-validating-policy.yaml"] = nameof(The_policies_of_Kubernetes_want_both_statements_by_the_key_and_no_log),
        ["cluster-policy.yaml"] = nameof(The_policies_of_Kubernetes_want_both_statements_by_the_key_and_no_log),
        ["cluster-image-policy.yaml"] = nameof(The_policies_of_Kubernetes_want_both_statements_by_the_key_and_no_log),
    };

    private static readonly VerifyDocument Document = VerifyDocument.Read();

    public static TheoryData<int, string> Runs => [.. Document.Runs.Select(run => (run.Block.Line, run.Program))];

    [Fact]
    public void Every_block_is_run_read_by_a_test_or_listed_with_the_reason_why_not()
    {
        string commands = string.Concat(Document.Blocks.Where(block => block.Programs.Length > 0).Select(block => block.Text));
        foreach (DocumentBlock block in Document.Blocks.Where(block => block.Programs.Length == 0))
        {
            bool isUsed =
                block.File is { } file && (Read.ContainsKey(file) || commands.Contains(file.Split('/')[0], StringComparison.Ordinal));
            Assert.True(
                isUsed || NotRun.ContainsKey(Unversioned(block)),
                $"docs/verify.md, line {block.Line}: neither run nor listed: {block.FirstLine}"
            );
        }

        Assert.All(NotRun.Keys, line =>
            Assert.Contains(Document.Blocks, block => Unversioned(block) == line && block.Programs.Length == 0)
        );
        Assert.All(Read.Keys, file => Assert.Contains(Document.Blocks, block => block.File == file));
    }

    [Fact]
    public void The_policy_is_one()
    {
        const string Key = "-----BEGIN PUBLIC KEY-----\\n…";
        string text = Document.Blocks.Single(block => block.File == "kubelet.policy.json").Text;
        Assert.Contains(Key, text, StringComparison.Ordinal);
        using KeySigner signer = KeySigner.CreateThrowAway();
        string own = JsonEncodedText.Encode(signer.Key.Pem).ToString();
        PolicyFile policy = PolicyFile.Parse(
            Encoding.UTF8.GetBytes(text.Replace(Key, own, StringComparison.Ordinal)),
            new SigstoreInstance()
        );
        Assert.Equal(2, policy.Signers.Of.Length);
        Assert.NotNull(policy.Rebuilders);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_block_does_what_it_says_with_either_repository(int line, string program)
    {
        using DocumentReader reader = await DocumentReader.WithAsync(program, Document, await fixture.GetAsync());
        DocumentBlock block = Document.Blocks.Single(block => block.Line == line);

        foreach (bool onHub in (bool[])[false, true])
            Assert.NotEmpty((await reader.RunAsync(block, onHub)).Require() is var done ? done.Output + done.Error : "");
    }

    [Fact]
    public async Task Every_block_refuses_another_key()
    {
        KubeletRegistries registries = await fixture.GetAsync();
        SigningKeys other = SigningKeys.Create(registries.Repository.Beside("keys"), "other");
        await RequireRefusalAsync("another key, or changed since", registries, other.Public);
    }

    [Theory]
    [InlineData("unsigned", "no signature")]
    [InlineData("stripped", "no signature")]
    [InlineData("borrowed", "another image's signature")]
    [InlineData("forged", "another key, or changed since")]
    public async Task Every_block_refuses_what_was_tampered_with_and_says_what_is_wrong(string how, string wrong)
    {
        await using KubeletRegistries registries = await fixture.PublishAsync();
        foreach ((DockerRegistry registry, string repository) in registries.Places)
        {
            RegistryForger forger = new(registry, repository);
            if (how == "stripped")
            {
                await forger.StripAsync(await forger.SubjectsAsync(Document.Version), ".sig", ".att", "");
                continue;
            }

            IReadOnlyDictionary<string, string> replaced = await forger.ReplaceAsync(Document.Version);
            Assert.Equal(3, replaced.Count);
            if (how != "unsigned")
                await forger.LendAsync(replaced, rename: how == "forged");
        }

        await RequireRefusalAsync(wrong, registries);
    }

    [Fact]
    public async Task An_older_release_under_a_newer_tag_is_signed_and_only_its_provenance_tells()
    {
        const string Newer = "v9.9.9";
        KubeletRegistries registries = await fixture.GetAsync();
        foreach ((DockerRegistry registry, string repository) in registries.Places)
        {
            foreach (string ending in (string[])["", "-amd64", "-arm64"])
                await new RegistryForger(registry, repository).PointAsync(Newer + ending, Document.Version + ending);
        }

        foreach ((DocumentBlock block, string program) in Document.Runs.Where(run => run.Block.File is null))
        {
            using DocumentReader reader = await DocumentReader.WithAsync(program, Document, registries);
            bool tells = program is "slipway" or "slipway-verify" || block.Text.Contains(".tag == ", StringComparison.Ordinal);
            ChildResult result = await reader.RunAsync(block, onHub: false, text =>
                text.Replace(Document.Version, Newer, StringComparison.Ordinal)
            );
            Assert.True(
                tells == (result.ExitCode != 0),
                $"docs/verify.md, line {block.Line}, {program}: {result.ExitCode}\n{result.Error}"
            );
            Assert.Equal(tells, Says(result, "another version"));
        }
    }

    [Theory]
    [InlineData("no identity", "another name")]
    [InlineData("other identity", "another name")]
    [InlineData("no registries.d", "no signature")]
    public async Task Skopeo_needs_every_part_of_the_policy(string without, string wrong)
    {
        using DocumentReader reader = await DocumentReader.WithAsync("skopeo", Document, await fixture.GetAsync());
        (DocumentBlock block, _) = Document.Runs.Single(run => run.Program == "skopeo");
        string policy = await File.ReadAllTextAsync(reader.At("policy.json"), TestContext.Current.CancellationToken);
        string changed = without switch
        {
            "no identity" => System.Text.RegularExpressions.Regex.Replace(policy, @",\s*""signedIdentity"": \{.*\}", ""),
            "other identity" => policy.Replace(
                "\"dockerRepository\": \"quay.io/poseidon/kubelet\"",
                "\"dockerRepository\": \"quay.io/poseidon/flannel-cni\"",
                StringComparison.Ordinal
            ),
            _ => policy,
        };
        Assert.Equal(without == "no registries.d", changed == policy);
        await File.WriteAllTextAsync(reader.At("policy.json"), changed, TestContext.Current.CancellationToken);
        if (without == "no registries.d")
            File.Delete(reader.At("registries.d/kubelet.yaml"));

        foreach (bool onHub in (bool[])[false, true])
            Assert.True(Says((await reader.RunAsync(block, onHub)).Require(1), wrong));
    }

    [Fact]
    public async Task The_verifier_judges_by_the_digest_that_containerd_will_pull_and_no_other_image()
    {
        KubeletRegistries registries = await fixture.GetAsync();
        using DocumentReader reader = await DocumentReader.WithAsync("cosign-2", Document, registries);
        string image = $"{registries.Quay.Host}/poseidon/kubelet",
            digest = await registries.Quay.DigestAsync("poseidon/kubelet", Document.Version);
        string unknown = digest[..^4] + (digest.EndsWith("0000", StringComparison.Ordinal) ? "1111" : "0000");
        string signature = await registries.Quay.DigestAsync("poseidon/kubelet", digest.Replace(':', '-') + ".sig");

        foreach (
            string reference in (string[])[image + ":" + Document.Version, $"{image}@{digest}", $"{image}:{Document.Version}@{digest}"]
        )
        {
            Assert.Contains(
                "signed with the release key",
                (await reader.AskAsync("poseidon", reference, digest)).Require().Output,
                StringComparison.Ordinal
            );
            Assert.Contains(
                "is not signed",
                (await reader.AskAsync("poseidon", reference, unknown)).Require(1).Output,
                StringComparison.Ordinal
            );
            (await reader.AskAsync("poseidon", reference, signature)).Require(1);
        }

        (await reader.AskAsync("poseidon", $"{registries.Quay.Host}/other/image:v1", unknown)).Require();
    }

    [Fact]
    public void The_verifier_lies_where_containerds_configuration_looks_for_it()
    {
        string text = Document.File("config.toml").Text,
            page = File.ReadAllText(VerifyDocument.Path);
        Assert.Contains("[plugins.'io.containerd.image-verifier.v1.bindir']", text, StringComparison.Ordinal);
        string folder = text.Split("bin_dir = '")[1].Split('\'')[0];
        Assert.Contains($"`{folder}/{Document.File("poseidon").File}`, executable", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image-validating-policy.yaml", "policies.kyverno.io/v1", "ImageValidatingPolicy", "insecureIgnoreTlog: true")]
    [InlineData("cluster-policy.yaml", "kyverno.io/v1", "ClusterPolicy", "ignoreTlog: true")]
    [InlineData("cluster-image-policy.yaml", "policy.sigstore.dev/v1beta1", "ClusterImagePolicy", null)]
    public void The_policies_of_Kubernetes_want_both_statements_by_the_key_and_no_log(string file, string version, string kind, string? log)
    {
        string text = Document.File(file).Text;
        YamlStream yaml = [];
        yaml.Load(new StringReader(text));
        YamlMappingNode root = (YamlMappingNode)yaml.Documents.Single().RootNode;

        Assert.Equal((version, kind), (root.Children["apiVersion"].ToString(), root.Children["kind"].ToString()));
        string[] values = [.. root.AllNodes.OfType<YamlScalarNode>().Select(node => node.Value!)];
        Assert.Contains("-----BEGIN PUBLIC KEY-----\nthe lines of release.pub\n-----END PUBLIC KEY-----\n", values);
        Assert.Contains(Trust.Statement.SpdxType, values);
        Assert.Contains(Trust.Statement.ProvenanceType, values);
        Assert.Contains(values, value => value.Contains("quay.io/poseidon/flannel-cni", StringComparison.Ordinal));
        Assert.Contains(values, value => value.Contains("docker.io/psdn/flannel-cni", StringComparison.Ordinal));
        Assert.Contains(values, value => value.Contains("https://github.com/poseidon/flannel-cni", StringComparison.Ordinal));
        if (log is null)
            Assert.DoesNotContain("ctlog", values);
        else
            Assert.Contains(log, text, StringComparison.Ordinal);
    }

    /// <summary>Every block ends with an error that the table of failures has under what is wrong; no other will do.</summary>
    private static async Task RequireRefusalAsync(string wrong, KubeletRegistries registries, string? key = null)
    {
        List<string> others = [];
        foreach ((DocumentBlock block, string program) in Document.Runs)
        {
            using DocumentReader reader = await DocumentReader.WithAsync(program, Document, registries, key);
            foreach (bool onHub in (bool[])[false, true])
            {
                ChildResult result = await reader.RunAsync(block, onHub);
                if (result.ExitCode == 0 || !Says(result, wrong))
                    others.Add(
                        $"line {block.Line} with {program} "
                            + $"on {(onHub ? "Docker Hub" : "Quay")}: {result.ExitCode}: {result.Error}{result.Output}"
                    );
            }
        }

        Assert.Empty(others);
    }

    private static bool Says(ChildResult result, string wrong) =>
        Document.Failures[wrong].Any(said => (result.Error + result.Output).Contains(said, StringComparison.Ordinal));

    private static string Unversioned(DocumentBlock block) => block.FirstLine.Replace(Document.Version, "", StringComparison.Ordinal);
}
