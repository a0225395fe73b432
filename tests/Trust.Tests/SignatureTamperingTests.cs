using System.Text;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>Each starts from a signed image that passes, changes one thing of a signature and asserts the exact reason.</summary>
public class SignatureTamperingTests
{
    [Fact]
    public async Task No_signature_on_the_index()
    {
        using Scene scene = await Scene.CreateAsync();
        scene.RemoveSignature(scene.Root.Digest);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task No_signature_on_a_child()
    {
        using Scene scene = await Scene.CreateAsync();
        scene.RemoveSignature(scene.Arm64.Digest);
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.ChildUnsigned);
    }

    [Fact]
    public async Task A_signature_manifest_without_layers()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.PutAsync(scene.Root.Digest, []);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_layer_of_another_media_type()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor layer = await scene.LayerOfAsync(scene.Root.Digest);
        await scene.PutAsync(scene.Root.Digest, [layer with { MediaType = MediaType.LayerGzip }]);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_right_claim_signed_by_another_key()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        await scene.SignPayloadAsync(scene.Root.Digest, SimpleSigning.For(scene.Official, scene.Root.Digest).ToBytes(), other);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignedByOtherKey);
    }

    [Fact]
    public async Task Another_key_is_wanted()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        VerificationResult result = await scene.VerifyAsync(key: other.Key);
        Assert.Equal(3, result.Failures.Count(failure => failure.Failure == FailureReason.SignedByOtherKey));
    }

    [Fact]
    public async Task A_changed_payload_under_the_old_signature()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor layer = await scene.LayerOfAsync(scene.Root.Digest);
        byte[] payload = SimpleSigning.For(Reference.Parse("quay.io/evil/kubelet"), scene.Root.Digest).ToBytes();
        Descriptor changed = await scene.Store.Layout.AddBlobAsync(MediaType.SimpleSigning, payload);
        await scene.PutAsync(scene.Root.Digest, [changed with { Annotations = layer.Annotations }]);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignedByOtherKey);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public async Task A_signature_with_one_bit_changed(int at)
    {
        using Scene scene = await Scene.CreateAsync();
        await ChangeSignatureAsync(scene, bytes =>
        {
            bytes[at < 0 ? bytes.Length + at : at] ^= 1;
            return Convert.ToBase64String(bytes);
        });
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignedByOtherKey);
    }

    [Fact]
    public async Task A_signature_cut_short_or_made_longer()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor whole = await scene.LayerOfAsync(scene.Root.Digest);
        foreach (
            Func<byte[], byte[]> change in new Func<byte[], byte[]>[]
            {
                b => b[..^1],
                b => b[..1],
                b => [.. b, 0],
                _ => new byte[64],
                _ => new byte[100_000],
            }
        )
        {
            await scene.PutAsync(scene.Root.Digest, [whole]);
            await ChangeSignatureAsync(scene, bytes => Convert.ToBase64String(change(bytes)));
            await scene.AssertFailsAsync(scene.Root, FailureReason.SignedByOtherKey);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AAA")]
    public async Task A_signature_that_is_no_base64(string text)
    {
        using Scene scene = await Scene.CreateAsync();
        await ChangeSignatureAsync(scene, _ => text);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_layer_without_its_signature()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor layer = await scene.LayerOfAsync(scene.Root.Digest);
        await scene.PutAsync(scene.Root.Digest, [layer with { Annotations = Descriptor.NoAnnotations }]);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_missing_payload()
    {
        using Scene scene = await Scene.CreateAsync();
        scene.LeaveTagAlone(scene.Root.Digest);
        File.Delete(Scene.BlobPath(scene.Store.Layout, (await scene.LayerOfAsync(scene.Root.Digest)).Digest));
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_payload_damaged_in_storage()
    {
        using Scene scene = await Scene.CreateAsync();
        scene.LeaveTagAlone(scene.Root.Digest);
        Scene.Damage(scene.Store.Layout, (await scene.LayerOfAsync(scene.Root.Digest)).Digest);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_payload_beyond_the_limit()
    {
        using Scene scene = await Scene.CreateAsync();
        string payload = Encoding.UTF8.GetString(SimpleSigning.For(scene.Official, scene.Root.Digest).ToBytes());
        await scene.SignPayloadAsync(scene.Root.Digest, Encoding.UTF8.GetBytes(payload + new string(' ', SimpleSigning.MaximumSize)));
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task The_signature_of_another_platform()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.PutAsync(scene.Arm64.Digest, [await scene.LayerOfAsync(scene.Amd64.Digest)]);
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.PayloadDigestMismatch);
    }

    [Theory]
    [InlineData("QUAY.io/poseidon/kubelet")]
    [InlineData("quay.io:443/poseidon/kubelet")]
    public async Task A_claim_that_spells_the_same_place_otherwise_holds(string reference)
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.SignPayloadAsync(scene.Root.Digest, new SimpleSigning(reference, scene.Root.Digest).ToBytes());
        Assert.True((await scene.VerifyAsync()).Passed);
    }

    [Theory]
    [InlineData("quay.io/poseidon/flannel-cni")]
    [InlineData("quay.io/poseidon/kubelet-evil")]
    [InlineData("quay.io/poseidon/kubelet:v1")]
    [InlineData("docker.io/psdn/kubelet")]
    [InlineData("quay.io.evil.com/poseidon/kubelet")]
    [InlineData("quay.io:8443/poseidon/kubelet")]
    [InlineData("quay.io:443@evil.com/poseidon/kubelet")]
    [InlineData("evil.com/quay.io/poseidon/kubelet")]
    [InlineData("https://quay.io/poseidon/kubelet")]
    [InlineData("quay.io/poseidon/kubelet/")]
    [InlineData("quay.io/Poseidon/kubelet")]
    [InlineData("index.docker.io/poseidon/kubelet")]
    [InlineData("")]
    public async Task A_claim_about_another_repository(string reference)
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.SignPayloadAsync(scene.Root.Digest, new SimpleSigning(reference, scene.Root.Digest).ToBytes());
        await scene.AssertFailsAsync(scene.Root, FailureReason.ReferenceMismatch);
    }

    [Theory]
    [InlineData("""}""", """}{}""")]
    [InlineData("""}""", """}x""")]
    [InlineData("""{"critical":""", """{"critical":{},"critical":""")]
    [InlineData("""{"docker-reference":""", """{"docker-reference":"quay.io/evil/kubelet","docker-reference":""")]
    [InlineData("cosign container image signature", "atomic container signature")]
    [InlineData("\"type\":", "\"kind\":")]
    [InlineData("\"type\":", "\"extra\":1,\"type\":")]
    [InlineData(",\"optional\":null", "")]
    [InlineData("\"optional\":null", "\"optional\":\"text\"")]
    [InlineData("\"optional\":null", "\"optional\":null,\"more\":1")]
    [InlineData("\"optional\":null", "\"optional\":null,")]
    [InlineData("\"optional\":null", "\"optional\":null/**/")]
    [InlineData("docker-manifest-digest", "Docker-manifest-digest")]
    [InlineData("\"sha256:", "\"SHA256:")]
    [InlineData("\"quay.io/poseidon/kubelet\"", "null")]
    [InlineData("\"quay.io/poseidon/kubelet\"", "[]")]
    public async Task A_signed_payload_that_is_no_strict_claim(string old, string changed)
    {
        using Scene scene = await Scene.CreateAsync();
        string payload = Encoding.UTF8.GetString(SimpleSigning.For(scene.Official, scene.Root.Digest).ToBytes());
        int at = payload.LastIndexOf(old, StringComparison.Ordinal);
        await scene.SignPayloadAsync(scene.Root.Digest, Encoding.UTF8.GetBytes(payload.Remove(at, old.Length).Insert(at, changed)));
        await scene.AssertFailsAsync(scene.Root, FailureReason.PayloadMalformed);
    }

    [Fact]
    public async Task A_malformed_signature_manifest()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.PutAsync(scene.Root.Digest, MediaType.Manifest, """{"schemaVersion":2,"layers":7}"""u8.ToArray());
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task An_index_in_place_of_a_signature_manifest()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.PutAsync(scene.Root.Digest, MediaType.Index, new Index([]).ToBytes());
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_signature_manifest_that_is_named_but_gone()
    {
        using Scene scene = await Scene.CreateAsync();
        scene.LeaveTagAlone(scene.Root.Digest);
        File.Delete(Scene.BlobPath(scene.Store.Layout, (await scene.SignatureOfAsync(scene.Root.Digest)).Descriptor.Digest));
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_flood_of_signatures()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor layer = await scene.LayerOfAsync(scene.Root.Digest);
        await scene.PutAsync(scene.Root.Digest, [.. Enumerable.Repeat(layer, 65)]);
        SubjectVerdict verdict = (await scene.VerifyAsync()).Subjects[0];
        Assert.True(verdict.Passed);
        Assert.Contains("passed over: more than 64 of", Assert.Single(verdict.PassedOver), StringComparison.Ordinal);
        Descriptor junk = layer with { Annotations = layer.Annotations.SetItem(SignatureManifest.SignatureKey, "AAAA") };
        await scene.PutAsync(scene.Root.Digest, [.. Enumerable.Repeat(junk, 64), layer]);
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignedByOtherKey);
    }

    private static async Task ChangeSignatureAsync(Scene scene, Func<byte[], string> change)
    {
        Descriptor layer = await scene.LayerOfAsync(scene.Root.Digest);
        string text = change(Convert.FromBase64String(layer.Annotations[SignatureManifest.SignatureKey]));
        await scene.PutAsync(
            scene.Root.Digest,
            [layer with { Annotations = layer.Annotations.SetItem(SignatureManifest.SignatureKey, text) }]
        );
    }
}
