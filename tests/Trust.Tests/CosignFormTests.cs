using System.Text;
using Slipway.Oci;

namespace Slipway.Trust.Tests;

/// <summary>The forms that other programs read: pinned byte for byte to what cosign 2.5 stored for the same image.</summary>
public class CosignFormTests
{
    private const string Subject = "sha256:793a57cec5ee88d1c38575cefc16cc65ae89457c508bc2359621099b2caf5021";

    [Fact]
    public void The_payload_has_the_bytes_that_cosign_makes()
    {
        byte[] payload = SimpleSigning.For(Reference.Parse("127.0.0.1:5917/a/b"), Digest.Parse(Subject)).ToBytes();

        Assert.Equal(
            """{"critical":{"identity":{"docker-reference":"127.0.0.1:5917/a/b"},"image":{"docker-manifest-digest":"sha256:793a57cec5ee88d1c38575cefc16cc65ae89457c508bc2359621099b2caf5021"},"type":"cosign container image signature"},"optional":null}""",
            Encoding.UTF8.GetString(payload)
        );
        Assert.Equal("sha256:67628284e7d194a0dd472f040af019edcbb9a2ff001d5d3ccc998e17b90e719e", Digest.Of(payload).ToString());
    }

    [Fact]
    public void Tag_and_digest_of_the_reference_play_no_part_in_the_payload()
    {
        Reference plain = Reference.Parse("quay.io/poseidon/kubelet");
        Digest subject = Digest.Parse(Subject);
        Assert.Equal(SimpleSigning.For(plain, subject), SimpleSigning.For(plain.WithTag("v1"), subject));
        Assert.Equal(SimpleSigning.For(plain, subject), SimpleSigning.For(plain.WithDigest(subject), subject));
    }

    [Fact]
    public void A_payload_survives_the_way_to_bytes_and_back()
    {
        SimpleSigning claim = new("quay.io/poseidon/kubelet", Digest.Parse(Subject));
        Assert.Equal(claim, SimpleSigning.Parse(claim.ToBytes()));
    }

    [Fact]
    public void A_payload_with_claims_of_the_signer_s_own_is_read()
    {
        string payload = Encoding
            .UTF8.GetString(new SimpleSigning("quay.io/a/b", Digest.Parse(Subject)).ToBytes())
            .Replace("null", """{"creator":"someone","timestamp":1458239713}""", StringComparison.Ordinal);
        Assert.Equal(Subject, SimpleSigning.Parse(Encoding.UTF8.GetBytes(payload)).ManifestDigest.ToString());
    }

    [Fact]
    public void The_configuration_has_the_bytes_that_cosign_makes()
    {
        SignatureManifest manifest = new([Layer("AAAA")]);
        Assert.Equal("sha256:6b847a04a581c64115345be5bf8609acc540db639afc1886fdce189b6018d591", Digest.Of(manifest.Config.Span).ToString());
        Assert.Equal(233, manifest.Config.Length);
    }

    [Fact]
    public void The_manifest_has_one_layer_with_the_signature_in_its_annotation()
    {
        SignatureManifest manifest = new([Layer("MEYC+/8=")]);

        Assert.Equal(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:6b847a04a581c64115345be5bf8609acc540db639afc1886fdce189b6018d591","size":233},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"sha256:67628284e7d194a0dd472f040af019edcbb9a2ff001d5d3ccc998e17b90e719e","size":234,"annotations":{"dev.cosignproject.cosign/signature":"MEYC+/8="}}]}""",
            Encoding.UTF8.GetString(manifest.Content.Bytes.Span)
        );
        Assert.Equal(manifest.Layers, SignatureManifest.Parse(manifest.Content).Layers);
    }

    [Fact]
    public void A_signature_made_by_cosign_is_read_and_verified()
    {
        VerificationKey key = VerificationKey.Parse(CosignKey, "cosign.pub");
        byte[] payload = SimpleSigning.For(Reference.Parse("127.0.0.1:5917/a/b"), Digest.Parse(Subject)).ToBytes();
        byte[] signature = Convert.FromBase64String(
            "MEYCIQDbnR9Aktao6EmQEd5jMxbXjZsnf9F514JM+2bORjxvjQIhANTshv/aypqHUZUD4lKe2lRb5QQ0dJs2litLgLB9c6yy"
        );

        Assert.True(key.Verifies(payload, signature));
        payload[5] ^= 1;
        Assert.False(key.Verifies(payload, signature));
    }

    [Fact]
    public void Uniting_two_manifests_keeps_order_and_drops_what_is_there_already()
    {
        Descriptor one = Layer("AAAA");
        Descriptor two = Layer("BBBB");
        Assert.Equal([one, two], new SignatureManifest([one]).With(new SignatureManifest([two, one])).Layers);
    }

    [Fact]
    public void The_tag_is_the_digest_with_a_dash()
    {
        Assert.Equal(Subject.Replace(':', '-') + ".sig", SignatureManifest.TagOf(Digest.Parse(Subject)));
        Assert.Throws<ContentException>(() => SignatureManifest.TagOf(Digest.Parse("sha512:" + new string('a', 128))));
    }

    private const string CosignKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3KbKJvpPS06G951c/ywfna5b/I5B
        cOsjS5IX8onnPFpWLMMXQFEoVz61bytVaEtlBjwn7oYOUdA2kHH5rIguSw==
        -----END PUBLIC KEY-----
        """;

    private static Descriptor Layer(string signature) =>
        SignatureManifest.LayerOf(
            SimpleSigning.For(Reference.Parse("127.0.0.1:5917/a/b"), Digest.Parse(Subject)).ToBytes(),
            Convert.FromBase64String(signature)
        );
}
