using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>cosign 2 and cosign 3 about what the product has published on two real registries.</summary>
[Collection(PublishedKubelet.Name)]
public sealed class CosignVersionTests(KubeletFixture fixture)
{
    private static readonly string[][] Commands =
    [
        ["verify"],
        ["verify-attestation", "--type", "slsaprovenance1"],
        ["verify-attestation", "--type", "spdxjson"],
    ];

    private static readonly VerifyDocument Document = VerifyDocument.Read();
    private static readonly string Version = Document.Version;

    public static TheoryData<string> Versions => [Peer.Cosign.Name, Peer.Cosign3.Name];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task It_verifies_signature_and_both_statements_of_index_and_platforms_on_both_and_refuses_another_key(string name)
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.All.Single(peer => peer.Name == name));
        KubeletRegistries registries = await fixture.GetAsync();
        SigningKeys other = SigningKeys.Create(registries.Repository.Beside("keys"), $"other-{name}");
        foreach ((DockerRegistry registry, string repository) in registries.Places)
        {
            foreach (string subject in await new RegistryForger(registry, repository).SubjectsAsync(Version))
            {
                foreach (string[] command in Commands)
                {
                    string image = $"{registry.Host}/{repository}@{subject}";
                    (await RunAsync(cosign, command, registries.Repository.Key.Public, image)).Require();
                    ChildResult refused = await RunAsync(cosign, command, other.Public, image);
                    Assert.NotEqual(0, refused.ExitCode);
                    Assert.Contains(Document.Failures["another key, or changed since"], said =>
                        refused.Error.Contains(said, StringComparison.Ordinal)
                    );
                }
            }
        }
    }

    [Fact]
    public async Task Cosign_3_and_the_product_take_either_form_and_cosign_2_wants_signatures_in_the_tag_form()
    {
        PeerProgram two = await PeerPrograms.RequireAsync(Peer.Cosign),
            three = await PeerPrograms.RequireAsync(Peer.Cosign3);
        await using KubeletRegistries registries = await fixture.PublishAsync();
        string key = registries.Repository.Key.Public;
        RegistryForger quay = new(registries.Quay, "poseidon/kubelet"),
            hub = new(registries.Hub, "psdn/kubelet");
        await quay.StripAsync(await quay.SubjectsAsync(Version), ".sig", ".att");
        await hub.StripAsync(await hub.SubjectsAsync(Version), "");

        foreach (string[] command in Commands)
        {
            string onQuay = $"{registries.Quay.Host}/poseidon/kubelet:{Version}",
                onHub = $"{registries.Hub.Host}/psdn/kubelet:{Version}";
            Assert.NotEqual(0, (await RunAsync(two, command, key, onQuay)).ExitCode);
            (await RunAsync(three, command, key, onQuay)).Require();
            (await RunAsync(two, command, key, onHub)).Require();
            (await RunAsync(three, command, key, onHub)).Require();
        }

        // In bundles cosign 2 finds statements alone.
        string[] bundles = ["--new-bundle-format", "--trusted-root", registries.Repository.Beside("no-roots.json")];
        await File.WriteAllTextAsync(
            bundles[2],
            """{ "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1" }""",
            TestContext.Current.CancellationToken
        );
        foreach (string[] command in Commands)
        {
            string image = $"{registries.Quay.Host}/poseidon/kubelet:{Version}";
            Assert.Equal(command[0] == "verify-attestation", (await RunAsync(two, [.. command, .. bundles], key, image)).ExitCode == 0);
        }

        Assert.Equal(
            (0, 0),
            (
                (await VerifyAsync(registries, "quay.io/poseidon/kubelet")).ExitCode,
                (await VerifyAsync(registries, "docker.io/psdn/kubelet")).ExitCode
            )
        );
    }

    private static Task<ChildResult> VerifyAsync(KubeletRegistries registries, string repository) =>
        registries.Repository.Slipway.RunAsync([
            "Verify",
            "--reference",
            $"{repository}:{Version}",
            "--public-key",
            registries.Repository.Key.Public,
            .. registries.Map,
        ]);

    private static Task<ChildResult> RunAsync(PeerProgram cosign, string[] command, string key, string image) =>
        cosign.RunAsync([.. command, "--key", key, "--insecure-ignore-tlog=true", image]);
}
