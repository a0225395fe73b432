using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A signed verification summary is an attestation that cosign verifies, by the command of <c>docs/verify.md</c>.</summary>
[Collection(SmallImages.Name)]
public sealed class SummaryTests(SmallFixture fixture)
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Cosign_verifies_a_signed_summary_of_the_index_and_of_each_manifest_and_of_nothing_else(int version)
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(version == 3 ? Peer.Cosign3 : Peer.Cosign);
        using ScratchRepository repository = await fixture.NewAsync();
        SlipwayCommand slipway = fixture.In(repository);
        (
            await slipway.RunAsync("Assemble", "Sign", "--upstream-mirror", repository.Mirror.Path, "--signing-key", repository.Key.Private)
        ).Require();
        SigningKeys verifier = SigningKeys.Create(repository.Beside("keys"), "verifier");
        string summary = repository.Beside("kubelet.json"),
            name = Path.GetFileName(Directory.GetDirectories(repository.At("artifacts")).Single());
        (
            await slipway.RunAsync(
                "Verify",
                "--images",
                name,
                "--public-key",
                repository.Key.Public,
                "--signing-key",
                verifier.Private,
                "--summary",
                summary
            )
        ).Require();

        using ScratchFolder folder = new();
        // cosign 2 asks Sigstore whom to trust before it reads a bundle, although a key does not need that.
        string nobody = folder.Write("nobody.json", """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""");
        OciLayout layout = OciLayout.Open(repository.At("artifacts", name, "layout"));
        Descriptor index = layout.ReadIndex().Manifests.First(entry => entry.MediaType == MediaType.Index);
        ManifestContent? content = await layout.ReadManifestAsync(index.Digest, TestContext.Current.CancellationToken);
        Digest[] subjects = [index.Digest, .. Oci.Index.Parse(content!.Bytes).Manifests.Select(child => child.Digest)];
        foreach (
            (string key, string type, Digest digest, bool holds) in (IEnumerable<(string, string, Digest, bool)>)
                [
                    .. subjects.Select(subject => (verifier.Public, "https://slsa.dev/verification_summary/v1", subject, true)),
                    (repository.Key.Public, "https://slsa.dev/verification_summary/v1", index.Digest, false),
                    // The older one does not look at the type of a bundle's statement.
                    (verifier.Public, "https://slsa.dev/provenance/v1", index.Digest, version == 2),
                    (verifier.Public, "https://slsa.dev/verification_summary/v1", Digest.Of("another"u8), false),
                ]
        )
        {
            string command = VerifyDocument
                .Read()
                .Blocks.Single(block => block.Text.Contains("cosign verify-blob-attestation ", StringComparison.Ordinal))
                .Text.Split('\n', 2)[1]
                .Replace("verifier.pub", key, StringComparison.Ordinal)
                .Replace("kubelet.json", summary, StringComparison.Ordinal)
                .Replace("https://slsa.dev/verification_summary/v1", type, StringComparison.Ordinal)
                // The older one reads the manifest itself.
                .Replace(
                    version == 3 ? "DIGEST" : "--digestAlg sha256 --digest DIGEST",
                    version == 3 ? digest.Hex
                        : subjects.Contains(digest) ? repository.At("artifacts", name, "layout", "blobs", "sha256", digest.Hex)
                        : nobody,
                    StringComparison.Ordinal
                )
                .Replace("\\\n", "", StringComparison.Ordinal);
            string[] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1)];
            ChildResult result = await cosign.RunAsync([.. words, "--trusted-root", nobody]);
            Assert.True(holds == (result.ExitCode == 0), $"{key} {type} {digest}: {result.ExitCode}: {result.Error}");
        }
    }
}
