using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Peers.Tests;

/// <summary>What we sign about an image is what cosign verifies, in both forms in which it is stored, on a real registry.</summary>
public sealed class CosignStatementTests
{
    private static readonly string[] Common = ["--insecure-ignore-tlog=true", "--allow-http-registry"];

    [Fact]
    public async Task Cosign_verifies_signatures_and_attestations_of_index_and_children_and_refuses_another_key()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using ScratchFolder folder = new();
        using KeySigner signer = KeySigner.CreateThrowAway(),
            other = KeySigner.CreateThrowAway();
        string key = folder.Write("key.pub", signer.Key.Pem),
            otherKey = folder.Write("other.pub", other.Key.Pem);
        // With a key nothing of a trusted root is needed, but cosign fetches one unless it is given one. `verify` has the option, too,
        // and in 2.5 reads the tag form all the same.
        string[] bundle =
        [
            "--new-bundle-format",
            "--trusted-root",
            folder.Write("root.json", """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"""),
        ];
        ReleasePlan plan = await PublishAsync(registry, folder, signer);
        Assert.Equal((3, 3, 13), (plan.Signatures.Length, plan.Attestations.Length, plan.Referrers.Length));

        foreach (Descriptor subject in plan.Subjects)
        {
            string image = $"{registry.Host}/test/tiny@{subject.Digest}";
            List<string[]> commands =
            [
                ["verify"],
                ["verify-attestation", "--type", "slsaprovenance1"],
                ["verify-attestation", .. bundle, "--type", "slsaprovenance1"],
                ["verify-attestation", "--type", "openvex"],
                ["verify-attestation", .. bundle, "--type", "openvex"],
            ];
            if (subject != plan.Index)
                commands.AddRange([
                    ["verify-attestation", "--type", "spdxjson"],
                    ["verify-attestation", .. bundle, "--type", "spdxjson"],
                    ["verify-attestation", "--type", "cyclonedx"],
                    ["verify-attestation", .. bundle, "--type", "cyclonedx"],
                ]);
            foreach (string[] command in commands)
            {
                (await cosign.RunAsync([.. command, "--key", key, .. Common, image])).Require();
                Assert.NotEqual(0, (await cosign.RunAsync([.. command, "--key", otherKey, .. Common, image])).ExitCode);
            }

            Assert.NotEqual(0, (await cosign.RunAsync(["verify-attestation", "--type", "vuln", "--key", key, .. Common, image])).ExitCode);
        }
    }

    [Fact]
    public async Task Cosign_3_verifies_VEX_and_CycloneDX_documents_and_refuses_another_key()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign3);
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using ScratchFolder folder = new();
        using KeySigner signer = KeySigner.CreateThrowAway(),
            other = KeySigner.CreateThrowAway();
        string key = folder.Write("key.pub", signer.Key.Pem),
            otherKey = folder.Write("other.pub", other.Key.Pem);
        ReleasePlan plan = await PublishAsync(registry, folder, signer);
        foreach (Descriptor subject in plan.Subjects)
        {
            string image = $"{registry.Host}/test/tiny@{subject.Digest}";
            foreach (string type in (string[])(subject == plan.Index ? ["openvex"] : ["openvex", "cyclonedx"]))
            {
                string[] command = ["verify-attestation", "--type", type, .. Common, image, "--key"];
                (await cosign.RunAsync([.. command, key])).Require();
                Assert.NotEqual(0, (await cosign.RunAsync([.. command, otherKey])).ExitCode);
            }
        }
    }

    [Fact]
    public async Task Cosign_verifies_what_somebody_else_says_of_building_the_release_again()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using ScratchFolder folder = new();
        using KeySigner signer = KeySigner.CreateThrowAway(),
            rebuilder = KeySigner.CreateThrowAway();
        string key = folder.Write("key.pub", signer.Key.Pem),
            rebuilderKey = folder.Write("rebuilder.pub", rebuilder.Key.Pem);
        string[] bundle =
        [
            "--new-bundle-format",
            "--trusted-root",
            folder.Write("root.json", """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"""),
        ];
        ReleasePlan plan = await PublishAsync(registry, folder, signer);
        ReproductionStatement statement = new()
        {
            Result = ReproductionResult.Identical,
            Image = "tiny",
            Source = "https://example.org/tiny",
            Commit = new string('a', 40),
            Definition = Digest.Of("definition"u8),
            Lock = Digest.Of("lock"u8),
            Rebuilt = [plan.Index.Digest],
            RebuilderId = Builder.Local.Id,
            Sdk = "10.0.400",
            Runtime = "10.0.8",
            FinishedOn = DateTimeOffset.UnixEpoch,
        };
        TrustStore said = TrustStore.Create(folder.At("said"));
        SignedImage image = new(OciLayout.Open(folder.At("layout")), plan.Index.Digest, plan.Official);
        await said.AttestAsync(image, [statement.About([.. plan.Subjects.Select(subject => subject.Digest)])], rebuilder, [], default);
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        Repository site = new RegistryClient(
            transport,
            Credentials.None,
            RegistryMap.Parse([$"{registry.Host}=http://{registry.Host}"]),
            TimeProvider.System
        ).Repository(plan.Official);
        Assert.Equal(2 * plan.Subjects.Length, await new StatementPush(said.Layout, site).RunAsync(default));
        Assert.Equal(0, await new StatementPush(said.Layout, site).RunAsync(default));

        foreach (Descriptor subject in plan.Subjects)
        {
            string reference = $"{registry.Host}/test/tiny@{subject.Digest}";
            foreach (
                string[] form in (string[][])
                    [
                        [],
                        bundle,
                    ]
            )
            {
                string[] verify = ["verify-attestation", .. form, .. Common, "--type"];
                (await cosign.RunAsync([.. verify, ReproductionStatement.Type, "--key", rebuilderKey, reference])).Require();
                Assert.NotEqual(0, (await cosign.RunAsync([.. verify, ReproductionStatement.Type, "--key", key, reference])).ExitCode);
                (await cosign.RunAsync([.. verify, "slsaprovenance1", "--key", key, reference])).Require();
            }

            Assert.NotEqual(0, (await cosign.RunAsync(["verify", "--key", rebuilderKey, .. Common, reference])).ExitCode);
        }
    }

    private static async Task<ReleasePlan> PublishAsync(DockerRegistry registry, ScratchFolder folder, KeySigner signer)
    {
        OciLayout layout = OciLayout.Create(folder.At("layout"));
        List<Descriptor> manifests = [];
        foreach (Platform platform in (Platform[])[Platform.LinuxAmd64, Platform.LinuxArm64])
        {
            using MemoryStream bytes = new();
            Layer layer = LayerWriter.Write(
                "all",
                [LayerEntry.File("x", System.Text.Encoding.UTF8.GetBytes(platform.ToString()), "test")],
                bytes,
                default
            );
            await layout.AddBlobAsync(layer.Blob, new MemoryStream(bytes.ToArray()));
            ImageConfig config = new()
            {
                Platform = platform,
                Created = DateTimeOffset.UnixEpoch,
                DiffIds = [layer.DiffId],
                History = ["all"],
            };
            Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes()), [layer.Blob]);
            manifests.Add(
                await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())) with
                {
                    Platform = platform,
                }
            );
        }

        Descriptor index = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index([.. manifests]).ToBytes()));
        layout.WriteIndex(new Oci.Index([index]));
        Reference repository = Reference.Parse($"{registry.Host}/test/tiny");
        TrustStore trust = TrustStore.Create(folder.At("trust"));
        await trust.SignAsync(new SignedImage(layout, index.Digest, repository), Statements(index, manifests), signer, default);
        ReleasePlan plan = await ReleasePlan.ForAsync(
            new ReleaseSource
            {
                Image = await ImageReader.ReadAsync("tiny", layout, default),
                Layout = layout,
                Trust = trust.Layout,
                Git = new GitState
                {
                    Commit = new string('a', 40),
                    Tag = "tiny/v1.0.0",
                    Distance = 0,
                    Commits = 1,
                    Branch = "main",
                    IsDirty = false,
                },
                Version = "v1.0.0",
                Official = repository,
                Destinations = [repository],
            },
            default
        );
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        RegistryMap map = RegistryMap.Parse([$"{registry.Host}=http://{registry.Host}"]);
        await new Publisher(
            () => new RegistryClient(transport, Credentials.None, map, TimeProvider.System),
            VerificationPolicy.RequireKey(signer.Key),
            _ => { }
        ).PublishAsync(new ReleaseContent(plan, layout, trust.Layout), _ => Task.CompletedTask, default);
        return plan;
    }

    private static WantedStatement[] Statements(Descriptor index, List<Descriptor> manifests) =>
        [
            .. manifests.Select(manifest => new WantedStatement(
                [manifest.Digest],
                Statement.SpdxType,
                System.Text.Encoding.UTF8.GetBytes($$"""{"spdxVersion":"SPDX-2.3","name":"{{manifest.Platform}}"}""")
            )),
            .. manifests.Select(manifest => new WantedStatement(
                [manifest.Digest],
                Statement.CycloneDxType,
                """{"bomFormat":"CycloneDX","specVersion":"1.6"}"""u8.ToArray()
            )),
            new WantedStatement(
                [index.Digest, .. manifests.Select(manifest => manifest.Digest)],
                Statement.OpenVexType,
                """{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-01-02T03:04:05Z","version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"status":"fixed"}]}"""u8.ToArray()
            ),
            new WantedStatement(
                [index.Digest, .. manifests.Select(manifest => manifest.Digest)],
                Statement.ProvenanceType,
                """{"buildDefinition":{"buildType":"https://example.org/type","externalParameters":{},"resolvedDependencies":[]},"runDetails":{"builder":{"id":"https://example.org/builder"}}}"""u8.ToArray()
            ),
        ];
}
