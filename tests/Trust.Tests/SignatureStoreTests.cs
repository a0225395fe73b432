using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

public class SignatureStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Signing_again_makes_nothing_and_changes_no_byte()
    {
        using Scene scene = await Scene.CreateAsync();
        string[] before = Files(scene.Store);

        Assert.Equal(0, await SignatureStore.Create(scene.At("trust")).SignAsync(scene.Signed, scene.Signer, None));

        Assert.Equal(before, Files(scene.Store));
    }

    [Fact]
    public async Task The_store_holds_a_tag_a_manifest_a_configuration_and_a_payload_for_each_subject()
    {
        using Scene scene = await Scene.CreateAsync();
        Digest[] subjects = [scene.Root.Digest, scene.Amd64.Digest, scene.Arm64.Digest];

        Assert.Equal(
            subjects.Select(digest => $"sha256-{digest.Hex}.sig"),
            SignatureStore.Open(scene.At("trust")).Layout.ReadIndex().Manifests.Select(entry => entry.Annotations[OciLayout.RefName]));
        Assert.Equal(2 + (3 * subjects.Length), Files(scene.Store).Length);
    }

    [Fact]
    public async Task A_damaged_signature_is_made_again_and_the_others_stay()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor kept = await scene.LayerOfAsync(scene.Amd64.Digest);
        Scene.Damage(scene.Store.Layout, (await scene.LayerOfAsync(scene.Root.Digest)).Digest);
        File.Delete(Scene.BlobPath(scene.Store.Layout, (await scene.SignatureOfAsync(scene.Arm64.Digest)).Descriptor.Digest));

        Assert.Equal(2, await scene.Store.SignAsync(scene.Signed, scene.Signer, None));

        Assert.True((await scene.VerifyAsync()).Passed);
        Assert.Equal(kept, await scene.LayerOfAsync(scene.Amd64.Digest));
    }

    [Fact]
    public async Task Another_key_another_repository_or_another_image_leaves_nothing_of_the_old_signatures()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        int files = Files(scene.Store).Length;

        Assert.Equal(3, await scene.Store.SignAsync(scene.Signed, other, None));
        Assert.Equal(files, Files(scene.Store).Length);
        Assert.False((await scene.VerifyAsync()).Passed);
        Assert.True((await scene.VerifyAsync(key: other.Key)).Passed);

        SignedImage elsewhere = scene.Signed with { Official = Reference.Parse("quay.io/poseidon/other") };
        Assert.Equal(3, await scene.Store.SignAsync(elsewhere, other, None));
        Assert.Equal(files, Files(scene.Store).Length);

        SignedImage single = scene.Signed with { Root = scene.Arm64.Digest };
        Assert.Equal(1, await scene.Store.SignAsync(single, scene.Signer, None));
        Assert.Equal(5, Files(scene.Store).Length);
    }

    [Fact]
    public async Task An_image_that_is_not_whole_is_not_signed()
    {
        using Scene scene = await Scene.CreateAsync();
        SignatureStore store = SignatureStore.Create(scene.At("other"));
        await scene.SetRootAsync(new Index([]));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(scene.Signed, scene.Signer, None));

        await scene.SetRootAsync(new Index([scene.Amd64, scene.Arm64]));
        File.Delete(Scene.BlobPath(scene.Image, scene.Arm64.Digest));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(scene.Signed, scene.Signer, None));
        Assert.Empty(store.Layout.ReadIndex().Manifests);
    }

    [Fact]
    public async Task A_signer_that_fails_leaves_a_store_that_the_next_run_completes()
    {
        using Scene scene = await Scene.CreateAsync();
        for (int calls = 0; calls < 3; calls++)
        {
            SignatureStore store = SignatureStore.Create(scene.At($"store{calls}"));
            await Assert.ThrowsAsync<SigningKeyException>(() => store.SignAsync(scene.Signed, new FailsAfter(scene.Signer, calls), None));
            Assert.Empty(store.Layout.ReadIndex().Manifests);

            await store.SignAsync(scene.Signed, scene.Signer, None);
            Assert.True((await scene.VerifyAsync(signatures: store.Layout)).Passed);
            Assert.Equal(11, Files(store).Length);
        }
    }

    [Fact]
    public async Task A_fresh_machine_adopts_what_was_published_byte_for_byte()
    {
        using Scene scene = await Scene.CreateAsync();
        SignatureStore fresh = SignatureStore.Create(scene.At("fresh"));

        Assert.Equal(3, await fresh.AdoptAsync(scene.Signed, scene.Store.Layout, scene.Signer.Key, None));
        Assert.Equal(0, await fresh.SignAsync(scene.Signed, scene.Signer, None));

        Assert.Equal(Files(scene.Store), Files(fresh));
    }

    [Fact]
    public async Task Only_valid_signatures_are_adopted_and_own_ones_win()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        await scene.SignPayloadAsync(scene.Root.Digest, SimpleSigning.For(scene.Official, scene.Root.Digest).ToBytes(), other);
        scene.RemoveSignature(scene.Amd64.Digest);
        SignatureStore fresh = SignatureStore.Create(scene.At("fresh"));

        Assert.Equal(1, await fresh.AdoptAsync(scene.Signed, scene.Store.Layout, scene.Signer.Key, None));
        Assert.Equal(2, await fresh.SignAsync(scene.Signed, scene.Signer, None));
        string[] own = Files(fresh);
        Assert.Equal(2, await scene.Store.SignAsync(scene.Signed, scene.Signer, None));
        Assert.Equal(0, await fresh.AdoptAsync(scene.Signed, scene.Store.Layout, scene.Signer.Key, None));
        Assert.Equal(own, Files(fresh));
    }

    private static string[] Files(SignatureStore store) =>
    [
        .. Directory.EnumerateFiles(store.Layout.Name, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(store.Layout.Name, file) + " " + Digest.Of(File.ReadAllBytes(file)))
            .Order(StringComparer.Ordinal),
    ];

    private sealed class FailsAfter(ISigner inner, int calls) : ISigner
    {
        private int _left = calls;

        public VerificationKey Key => inner.Key;

        public Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            _left-- > 0 ? inner.SignAsync(content, cancellationToken) : throw new SigningKeyException("gone");
    }
}
