using System.Text;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

public class TrustStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Signing_again_makes_nothing_and_changes_no_byte()
    {
        using Scene scene = await Scene.CreateAsync();
        string[] before = Files(scene.Store);
        Assert.Equal(
            new TrustChange(0, 9),
            await TrustStore.Create(scene.At("trust")).SignAsync(scene.Signed, scene.Statements, scene.Signer, None)
        );
        Assert.Equal(before, Files(scene.Store));
    }

    [Fact]
    public async Task The_store_holds_a_signature_tag_an_attestation_tag_and_a_bundle_for_each_thing_said_about_each_subject()
    {
        using Scene scene = await Scene.CreateAsync();
        Digest[] subjects = [scene.Root.Digest, scene.Amd64.Digest, scene.Arm64.Digest];
        Index index = TrustStore.Open(scene.At("trust")).Layout.ReadIndex();
        Assert.Equal(
            subjects.SelectMany(digest => new[] { $"sha256-{digest.Hex}.att", $"sha256-{digest.Hex}.sig" }).Order(StringComparer.Ordinal),
            index
                .Manifests.Select(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName))
                .OfType<string>()
                .Order(StringComparer.Ordinal)
        );
        // Signed, a document of its own for each platform, and one about all three.
        Assert.Equal(8, index.Manifests.Count(entry => entry.ArtifactType == MediaType.SigstoreBundle));
        int[] referrers = await Task.WhenAll(
            subjects.Select(async subject => (await scene.Store.Layout.ReferrersAsync(subject, MediaType.SigstoreBundle, None)).Length)
        );
        Assert.Equal([2, 3, 3], referrers);
    }

    [Fact]
    public async Task The_same_envelope_is_in_the_bundle_and_under_the_attestation_tag()
    {
        using Scene scene = await Scene.CreateAsync();
        List<DsseEnvelope> bundled = await scene.EnvelopesAsync(scene.Amd64.Digest);
        Descriptor stored = (await scene.Store.Layout.ResolveAsync(AttestationLayer.TagOf(scene.Amd64.Digest), None))!;
        SignatureManifest tagged = SignatureManifest.Parse((await scene.Store.Layout.ReadManifestAsync(stored.Digest, None))!);
        Assert.Equal(
            bundled
                .Where(envelope => Statement.Parse(envelope.Payload).PredicateType != Statement.SignType)
                .Select(envelope => Digest.Of(envelope.ToBytes()).ToString())
                .Order(StringComparer.Ordinal),
            tagged.Layers.Select(layer => layer.Digest.ToString()).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task What_is_damaged_is_made_again_and_the_rest_stays()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor kept = await scene.LayerOfAsync(scene.Amd64.Digest);
        Scene.Damage(scene.Store.Layout, (await scene.LayerOfAsync(scene.Root.Digest)).Digest);
        File.Delete(Scene.BlobPath(scene.Store.Layout, (await scene.SignatureOfAsync(scene.Arm64.Digest)).Descriptor.Digest));
        Descriptor bundle = (await scene.Store.Layout.ReferrersAsync(scene.Amd64.Digest, null, None))[0];
        File.Delete(Scene.BlobPath(scene.Store.Layout, bundle.Digest));

        Assert.Equal(new TrustChange(3, 6), await scene.Store.SignAsync(scene.Signed, scene.Statements, scene.Signer, None));

        Assert.True((await scene.VerifyAsync()).Passed);
        Assert.Equal(kept, await scene.LayerOfAsync(scene.Amd64.Digest));
    }

    [Fact]
    public async Task Another_key_another_repository_or_another_image_leaves_nothing_of_the_old_signatures()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        int files = Files(scene.Store).Length;

        Assert.Equal(9, (await scene.Store.SignAsync(scene.Signed, scene.Statements, other, None)).Made);
        Assert.Equal(files, Files(scene.Store).Length);
        Assert.False((await scene.VerifyAsync()).Passed);
        Assert.True((await scene.VerifyAsync(key: other.Key)).Passed);

        SignedImage elsewhere = scene.Signed with { Official = Reference.Parse("quay.io/poseidon/other") };
        Assert.Equal(9, (await scene.Store.SignAsync(elsewhere, scene.Statements, other, None)).Made);
        Assert.Equal(files, Files(scene.Store).Length);

        SignedImage single = scene.Signed with { Root = scene.Arm64.Digest };
        Assert.Equal(2, (await scene.Store.SignAsync(single, [], scene.Signer, None)).Made);
        Assert.Equal(2, scene.Store.Layout.ReadIndex().Manifests.Length);
    }

    [Fact]
    public async Task What_is_made_once_stays_and_what_says_something_else_now_is_said_anew()
    {
        using Scene scene = await Scene.CreateAsync();
        WantedStatement[] changed =
        [
            .. scene.Statements.Select(statement => statement with { Predicate = Encoding.UTF8.GetBytes("{\"now\":true}") }),
        ];
        Assert.Equal(new TrustChange(2, 7), await scene.Store.SignAsync(scene.Signed, changed, scene.Signer, None));
        Assert.True((await scene.VerifyAsync()).Passed);
    }

    [Fact]
    public async Task An_image_that_is_not_whole_is_not_signed()
    {
        using Scene scene = await Scene.CreateAsync();
        TrustStore store = TrustStore.Create(scene.At("other"));
        await scene.SetRootAsync(new Index([]));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(scene.Signed, [], scene.Signer, None));

        await scene.SetRootAsync(new Index([scene.Amd64, scene.Arm64]));
        File.Delete(Scene.BlobPath(scene.Image, scene.Arm64.Digest));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(scene.Signed, [], scene.Signer, None));
        Assert.Empty(store.Layout.ReadIndex().Manifests);
    }

    [Fact]
    public async Task A_signer_that_fails_at_any_call_leaves_a_store_that_the_next_run_completes()
    {
        using Scene scene = await Scene.CreateAsync();
        for (int calls = 0; calls < 9; calls++)
        {
            TrustStore store = TrustStore.Create(scene.At($"store{calls}"));
            await Assert.ThrowsAsync<SigningKeyException>(() =>
                store.SignAsync(scene.Signed, scene.Statements, new FailsAfter(scene.Signer, calls), None)
            );
            Assert.Empty(store.Layout.ReadIndex().Manifests);

            await store.SignAsync(scene.Signed, scene.Statements, scene.Signer, None);
            Assert.True((await scene.VerifyAsync(signatures: store.Layout)).Passed);
            Assert.Equal(Files(scene.Store).Length, Files(store).Length);
        }
    }

    [Fact]
    public async Task A_fresh_machine_adopts_what_was_published_byte_for_byte()
    {
        using Scene scene = await Scene.CreateAsync();
        TrustStore fresh = TrustStore.Create(scene.At("fresh"));
        WantedStatement[] later =
        [
            .. scene.Statements.Select(statement =>
                statement.Accepts is not null ? statement with { Predicate = "{\"run\":2}"u8.ToArray() } : statement
            ),
        ];
        await fresh.SignAsync(scene.Signed, later, scene.Signer, None);
        Assert.NotEqual(Files(scene.Store), Files(fresh));
        Assert.Equal(9, await fresh.AdoptAsync(scene.Signed, From(scene, [scene.Store.Layout]), None));
        Assert.Equal(Files(scene.Store), Files(fresh));
        Assert.Equal(9, await fresh.AdoptAsync(scene.Signed, From(scene, [scene.Store.Layout]), None));
        Assert.Equal(Files(scene.Store), Files(fresh));
    }

    [Fact]
    public async Task Only_what_is_valid_is_adopted_and_the_rest_stays_our_own()
    {
        using Scene scene = await Scene.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        TrustStore fresh = TrustStore.Create(scene.At("fresh"));
        await fresh.SignAsync(scene.Signed, scene.Statements, scene.Signer, None);
        TrustStore place = TrustStore.Create(scene.At("place"));
        await place.SignAsync(scene.Signed, scene.Statements, other, None);
        string[] own = Files(fresh);
        Assert.Equal(0, await fresh.AdoptAsync(scene.Signed, From(scene, [place.Layout]), None));
        Assert.Equal(own, Files(fresh));

        await scene.SignPayloadAsync(scene.Root.Digest, SimpleSigning.For(scene.Official, scene.Root.Digest).ToBytes(), other);
        scene.RemoveSignature(scene.Amd64.Digest);
        Assert.Equal(5, await fresh.AdoptAsync(scene.Signed, From(scene, [place.Layout, scene.Store.Layout]), None));
        Assert.True((await scene.VerifyAsync(signatures: fresh.Layout)).Passed);
    }

    [Fact]
    public async Task Adopting_signs_nothing()
    {
        using Scene scene = await Scene.CreateAsync();
        TrustStore empty = TrustStore.Create(scene.At("empty"));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => empty.AdoptAsync(scene.Signed, From(scene, []), None));
        Assert.Contains("Run ./build.sh Sign", e.Message, StringComparison.Ordinal);
    }

    private static Adoption From(Scene scene, IReadOnlyList<IContentReader> places) =>
        new()
        {
            Signer = scene.Signer.Key,
            Elsewhere = places,
            Understand = statement =>
                statement.PredicateType == Statement.ProvenanceType ? statement with { Accepts = _ => true } : statement,
        };

    private static string[] Files(TrustStore store) =>
        [
            .. Directory
                .EnumerateFiles(store.Layout.Name, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(store.Layout.Name, file) + " " + Digest.Of(File.ReadAllBytes(file)))
                .Order(StringComparer.Ordinal),
        ];

    private sealed class FailsAfter(KeyedSigner inner, int calls) : KeyedSigner
    {
        private int _left = calls;

        public override VerificationKey Key => inner.Key;

        public override Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            _left-- > 0 ? inner.SignAsync(content, cancellationToken) : throw new SigningKeyException("gone");
    }
}
