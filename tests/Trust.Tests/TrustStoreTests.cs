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
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string[] before = Files(fixture.Store);
        Assert.Equal(
            new TrustChange(0, 9),
            await TrustStore.Create(fixture.At("trust")).SignAsync(fixture.Signed, fixture.Statements, fixture.Signer, None)
        );
        Assert.Equal(before, Files(fixture.Store));
    }

    [Fact]
    public async Task The_store_holds_a_signature_tag_an_attestation_tag_and_a_bundle_for_each_thing_said_about_each_subject()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Digest[] subjects = [fixture.Root.Digest, fixture.Amd64.Digest, fixture.Arm64.Digest];
        Index index = TrustStore.Open(fixture.At("trust")).Layout.ReadIndex();
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
            subjects.Select(async subject => (await fixture.Store.Layout.ReferrersAsync(subject, MediaType.SigstoreBundle, None)).Length)
        );
        Assert.Equal([2, 3, 3], referrers);
    }

    [Fact]
    public async Task The_same_envelope_is_in_the_bundle_and_under_the_attestation_tag()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        List<DsseEnvelope> bundled = await fixture.EnvelopesAsync(fixture.Amd64.Digest);
        Descriptor stored = (await fixture.Store.Layout.ResolveAsync(AttestationLayer.TagOf(fixture.Amd64.Digest), None))!;
        SignatureManifest tagged = SignatureManifest.Parse((await fixture.Store.Layout.ReadManifestAsync(stored.Digest, None))!);
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
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor kept = await fixture.LayerOfAsync(fixture.Amd64.Digest);
        SignedImageFixture.Damage(fixture.Store.Layout, (await fixture.LayerOfAsync(fixture.Root.Digest)).Digest);
        File.Delete(
            SignedImageFixture.BlobPath(fixture.Store.Layout, (await fixture.SignatureOfAsync(fixture.Arm64.Digest)).Descriptor.Digest)
        );
        Descriptor bundle = (await fixture.Store.Layout.ReferrersAsync(fixture.Amd64.Digest, null, None))[0];
        File.Delete(SignedImageFixture.BlobPath(fixture.Store.Layout, bundle.Digest));

        Assert.Equal(new TrustChange(3, 6), await fixture.Store.SignAsync(fixture.Signed, fixture.Statements, fixture.Signer, None));

        Assert.True((await fixture.VerifyAsync()).Passed);
        Assert.Equal(kept, await fixture.LayerOfAsync(fixture.Amd64.Digest));
    }

    [Fact]
    public async Task Another_key_another_repository_or_another_image_leaves_nothing_of_the_old_signatures()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        int files = Files(fixture.Store).Length;

        Assert.Equal(9, (await fixture.Store.SignAsync(fixture.Signed, fixture.Statements, other, None)).Made);
        Assert.Equal(files, Files(fixture.Store).Length);
        Assert.False((await fixture.VerifyAsync()).Passed);
        Assert.True((await fixture.VerifyAsync(key: other.Key)).Passed);

        SignedImage elsewhere = fixture.Signed with { Official = Reference.Parse("quay.io/poseidon/other") };
        Assert.Equal(9, (await fixture.Store.SignAsync(elsewhere, fixture.Statements, other, None)).Made);
        Assert.Equal(files, Files(fixture.Store).Length);

        SignedImage single = fixture.Signed with { Root = fixture.Arm64.Digest };
        Assert.Equal(2, (await fixture.Store.SignAsync(single, [], fixture.Signer, None)).Made);
        Assert.Equal(2, fixture.Store.Layout.ReadIndex().Manifests.Length);
    }

    [Fact]
    public async Task What_is_made_once_stays_and_what_says_something_else_now_is_said_anew()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        WantedStatement[] changed =
        [
            .. fixture.Statements.Select(statement => statement with { Predicate = Encoding.UTF8.GetBytes("{\"now\":true}") }),
        ];
        Assert.Equal(new TrustChange(2, 7), await fixture.Store.SignAsync(fixture.Signed, changed, fixture.Signer, None));
        Assert.True((await fixture.VerifyAsync()).Passed);
    }

    [Fact]
    public async Task An_image_that_is_not_whole_is_not_signed()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("other"));
        await fixture.SetRootAsync(new Index([]));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(fixture.Signed, [], fixture.Signer, None));

        await fixture.SetRootAsync(new Index([fixture.Amd64, fixture.Arm64]));
        File.Delete(SignedImageFixture.BlobPath(fixture.Image, fixture.Arm64.Digest));
        await Assert.ThrowsAsync<ContentException>(() => store.SignAsync(fixture.Signed, [], fixture.Signer, None));
        Assert.Empty(store.Layout.ReadIndex().Manifests);
    }

    [Fact]
    public async Task A_signer_that_fails_at_any_call_leaves_a_store_that_the_next_run_completes()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        for (int calls = 0; calls < 9; calls++)
        {
            TrustStore store = TrustStore.Create(fixture.At($"store{calls}"));
            await Assert.ThrowsAsync<SigningKeyException>(() =>
                store.SignAsync(fixture.Signed, fixture.Statements, new FailsAfter(fixture.Signer, calls), None)
            );
            Assert.Empty(store.Layout.ReadIndex().Manifests);

            await store.SignAsync(fixture.Signed, fixture.Statements, fixture.Signer, None);
            Assert.True((await fixture.VerifyAsync(signatures: store.Layout)).Passed);
            Assert.Equal(Files(fixture.Store).Length, Files(store).Length);
        }
    }

    [Fact]
    public async Task A_fresh_machine_adopts_what_was_published_byte_for_byte()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore fresh = TrustStore.Create(fixture.At("fresh"));
        WantedStatement[] later =
        [
            .. fixture.Statements.Select(statement =>
                statement.Accepts is not null ? statement with { Predicate = "{\"run\":2}"u8.ToArray() } : statement
            ),
        ];
        await fresh.SignAsync(fixture.Signed, later, fixture.Signer, None);
        Assert.NotEqual(Files(fixture.Store), Files(fresh));
        Assert.Equal(9, await fresh.AdoptAsync(fixture.Signed, From(fixture, [fixture.Store.Layout]), None));
        Assert.Equal(Files(fixture.Store), Files(fresh));
        Assert.Equal(9, await fresh.AdoptAsync(fixture.Signed, From(fixture, [fixture.Store.Layout]), None));
        Assert.Equal(Files(fixture.Store), Files(fresh));
    }

    [Fact]
    public async Task Only_what_is_valid_is_adopted_and_the_rest_stays_our_own()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        TrustStore fresh = TrustStore.Create(fixture.At("fresh"));
        await fresh.SignAsync(fixture.Signed, fixture.Statements, fixture.Signer, None);
        TrustStore place = TrustStore.Create(fixture.At("place"));
        await place.SignAsync(fixture.Signed, fixture.Statements, other, None);
        string[] own = Files(fresh);
        Assert.Equal(0, await fresh.AdoptAsync(fixture.Signed, From(fixture, [place.Layout]), None));
        Assert.Equal(own, Files(fresh));

        await fixture.SignPayloadAsync(fixture.Root.Digest, SimpleSigning.For(fixture.Official, fixture.Root.Digest).ToBytes(), other);
        fixture.RemoveSignature(fixture.Amd64.Digest);
        Assert.Equal(5, await fresh.AdoptAsync(fixture.Signed, From(fixture, [place.Layout, fixture.Store.Layout]), None));
        Assert.True((await fixture.VerifyAsync(signatures: fresh.Layout)).Passed);
    }

    [Fact]
    public async Task Adopting_signs_nothing()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore empty = TrustStore.Create(fixture.At("empty"));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => empty.AdoptAsync(fixture.Signed, From(fixture, []), None));
        Assert.Contains("Run ./build.sh Sign", e.Message, StringComparison.Ordinal);
    }

    private static Adoption From(SignedImageFixture fixture, IReadOnlyList<IContentReader> places) =>
        new()
        {
            Signer = fixture.Signer.Key,
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
