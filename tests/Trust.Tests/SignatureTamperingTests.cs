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
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.RemoveSignature(fixture.Root.Digest);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task No_signature_on_a_child()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.RemoveSignature(fixture.Arm64.Digest);
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.ChildUnsigned);
    }

    [Fact]
    public async Task A_signature_manifest_without_layers()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.PutAsync(fixture.Root.Digest, []);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_layer_of_another_media_type()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor layer = await fixture.LayerOfAsync(fixture.Root.Digest);
        await fixture.PutAsync(fixture.Root.Digest, [layer with { MediaType = MediaType.LayerGzip }]);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_right_claim_signed_by_another_key()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        await fixture.SignPayloadAsync(fixture.Root.Digest, SimpleSigning.For(fixture.Official, fixture.Root.Digest).ToBytes(), other);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignedByOtherKey);
    }

    [Fact]
    public async Task Another_key_is_wanted()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        VerificationResult result = await fixture.VerifyAsync(key: other.Key);
        Assert.Equal(3, result.Failures.Count(failure => failure.Failure == FailureReason.SignedByOtherKey));
    }

    [Fact]
    public async Task A_changed_payload_under_the_old_signature()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor layer = await fixture.LayerOfAsync(fixture.Root.Digest);
        byte[] payload = SimpleSigning.For(Reference.Parse("quay.io/evil/kubelet"), fixture.Root.Digest).ToBytes();
        Descriptor changed = await fixture.Store.Layout.AddBlobAsync(MediaType.SimpleSigning, payload);
        await fixture.PutAsync(fixture.Root.Digest, [changed with { Annotations = layer.Annotations }]);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignedByOtherKey);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public async Task A_signature_with_one_bit_changed(int at)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await ChangeSignatureAsync(fixture, bytes =>
        {
            bytes[at < 0 ? bytes.Length + at : at] ^= 1;
            return Convert.ToBase64String(bytes);
        });
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignedByOtherKey);
    }

    [Fact]
    public async Task A_signature_cut_short_or_made_longer()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor whole = await fixture.LayerOfAsync(fixture.Root.Digest);
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
            await fixture.PutAsync(fixture.Root.Digest, [whole]);
            await ChangeSignatureAsync(fixture, bytes => Convert.ToBase64String(change(bytes)));
            await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignedByOtherKey);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AAA")]
    public async Task A_signature_that_is_no_base64(string text)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await ChangeSignatureAsync(fixture, _ => text);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_layer_without_its_signature()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor layer = await fixture.LayerOfAsync(fixture.Root.Digest);
        await fixture.PutAsync(fixture.Root.Digest, [layer with { Annotations = Descriptor.NoAnnotations }]);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_missing_payload()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.LeaveTagAlone(fixture.Root.Digest);
        File.Delete(SignedImageFixture.BlobPath(fixture.Store.Layout, (await fixture.LayerOfAsync(fixture.Root.Digest)).Digest));
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_payload_damaged_in_storage()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.LeaveTagAlone(fixture.Root.Digest);
        SignedImageFixture.Damage(fixture.Store.Layout, (await fixture.LayerOfAsync(fixture.Root.Digest)).Digest);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_payload_beyond_the_limit()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string payload = Encoding.UTF8.GetString(SimpleSigning.For(fixture.Official, fixture.Root.Digest).ToBytes());
        await fixture.SignPayloadAsync(fixture.Root.Digest, Encoding.UTF8.GetBytes(payload + new string(' ', SimpleSigning.MaximumSize)));
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task The_signature_of_another_platform()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.PutAsync(fixture.Arm64.Digest, [await fixture.LayerOfAsync(fixture.Amd64.Digest)]);
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.PayloadDigestMismatch);
    }

    [Theory]
    [InlineData("QUAY.io/poseidon/kubelet")]
    [InlineData("quay.io:443/poseidon/kubelet")]
    public async Task A_claim_that_spells_the_same_place_otherwise_holds(string reference)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.SignPayloadAsync(fixture.Root.Digest, new SimpleSigning(reference, fixture.Root.Digest).ToBytes());
        Assert.True((await fixture.VerifyAsync()).Passed);
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
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.SignPayloadAsync(fixture.Root.Digest, new SimpleSigning(reference, fixture.Root.Digest).ToBytes());
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.ReferenceMismatch);
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
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string payload = Encoding.UTF8.GetString(SimpleSigning.For(fixture.Official, fixture.Root.Digest).ToBytes());
        int at = payload.LastIndexOf(old, StringComparison.Ordinal);
        await fixture.SignPayloadAsync(fixture.Root.Digest, Encoding.UTF8.GetBytes(payload.Remove(at, old.Length).Insert(at, changed)));
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.PayloadMalformed);
    }

    [Fact]
    public async Task A_malformed_signature_manifest()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.PutAsync(fixture.Root.Digest, MediaType.Manifest, """{"schemaVersion":2,"layers":7}"""u8.ToArray());
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task An_index_in_place_of_a_signature_manifest()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.PutAsync(fixture.Root.Digest, MediaType.Index, new Index([]).ToBytes());
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_signature_manifest_that_is_named_but_gone()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.LeaveTagAlone(fixture.Root.Digest);
        File.Delete(
            SignedImageFixture.BlobPath(fixture.Store.Layout, (await fixture.SignatureOfAsync(fixture.Root.Digest)).Descriptor.Digest)
        );
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureUnreadable);
    }

    [Fact]
    public async Task A_flood_of_signatures()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor layer = await fixture.LayerOfAsync(fixture.Root.Digest);
        await fixture.PutAsync(fixture.Root.Digest, [.. Enumerable.Repeat(layer, 65)]);
        SubjectVerdict verdict = (await fixture.VerifyAsync()).Subjects[0];
        Assert.True(verdict.Passed);
        Assert.Contains("passed over: more than 64 of", Assert.Single(verdict.PassedOver), StringComparison.Ordinal);
        Descriptor junk = layer with { Annotations = layer.Annotations.SetItem(SignatureManifest.SignatureKey, "AAAA") };
        await fixture.PutAsync(fixture.Root.Digest, [.. Enumerable.Repeat(junk, 64), layer]);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignedByOtherKey);
    }

    private static async Task ChangeSignatureAsync(SignedImageFixture fixture, Func<byte[], string> change)
    {
        Descriptor layer = await fixture.LayerOfAsync(fixture.Root.Digest);
        string text = change(Convert.FromBase64String(layer.Annotations[SignatureManifest.SignatureKey]));
        await fixture.PutAsync(
            fixture.Root.Digest,
            [layer with { Annotations = layer.Annotations.SetItem(SignatureManifest.SignatureKey, text) }]
        );
    }
}
