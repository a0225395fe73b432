using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

public class VerifierTests
{
    [Fact]
    public async Task Index_and_children_are_judged_by_tag_and_by_digest()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        foreach (string wanted in new[] { SignedImageFixture.Tag, fixture.Root.Digest.ToString() })
        {
            VerificationResult result = await fixture.VerifyAsync(wanted);

            Assert.True(result.Passed);
            Assert.Equal(fixture.Root.Digest, result.Digest);
            Assert.Equal([fixture.Root.Digest, fixture.Amd64.Digest, fixture.Arm64.Digest], result.Subjects.Select(s => s.Digest));
            Assert.Equal([null, Platform.LinuxAmd64, Platform.LinuxArm64], result.Subjects.Select(s => s.Platform));
        }
    }

    [Fact]
    public async Task A_single_platform_is_judged_alone()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        fixture.RemoveSignature(fixture.Amd64.Digest);

        VerificationResult result = await fixture.VerifyAsync(fixture.Arm64.Digest.ToString());
        Assert.True(result.Passed);
        Assert.Equal(Platform.LinuxArm64, Assert.Single(result.Subjects).Platform);

        result = await fixture.VerifyAsync(fixture.Amd64.Digest.ToString());
        Assert.Equal(FailureReason.SignatureMissing, Assert.Single(result.Failures).Failure);
    }

    [Fact]
    public async Task One_good_signature_among_bad_ones_is_enough()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor good = await fixture.LayerOfAsync(fixture.Root.Digest);
        Descriptor replayed = await fixture.LayerOfAsync(fixture.Amd64.Digest);
        Descriptor unreadable = good with { Annotations = Descriptor.NoAnnotations };

        await fixture.PutAsync(fixture.Root.Digest, [unreadable, replayed, good]);

        Assert.True((await fixture.VerifyAsync()).Passed);
    }

    [Fact]
    public async Task Of_several_bad_signatures_the_one_that_got_furthest_gives_the_reason()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor good = await fixture.LayerOfAsync(fixture.Root.Digest);
        Descriptor replayed = await fixture.LayerOfAsync(fixture.Amd64.Digest);

        await fixture.PutAsync(fixture.Root.Digest, [replayed, good with { Annotations = Descriptor.NoAnnotations }]);

        await fixture.AssertFailsAsync(fixture.Root, FailureReason.PayloadDigestMismatch);
    }

    [Fact]
    public async Task Nothing_in_the_place_of_signatures_fails_everything()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        VerificationResult result = await fixture.VerifyAsync(signatures: OciLayout.Create(fixture.At("empty")));

        Assert.Equal(
            [FailureReason.SignatureMissing, FailureReason.ChildUnsigned, FailureReason.ChildUnsigned],
            result.Subjects.Select(s => s.Failure!.Value)
        );
    }

    [Theory]
    [InlineData("resolve")]
    [InlineData("manifest")]
    [InlineData("blob")]
    public async Task A_place_that_cannot_be_reached_is_no_verdict(string call)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Verifier verifier = new(VerificationPolicy.RequireKey(fixture.Signer.Key));
        VerificationRequest request = new()
        {
            Content = fixture.Image,
            Signatures = fixture.Store.Layout,
            Wanted = SignedImageFixture.Tag,
            Official = fixture.Official,
        };

        await Assert.ThrowsAsync<RemoteException>(() =>
            verifier.VerifyAsync(request with { Content = new Unreachable(fixture.Image, call) }, CancellationToken.None)
        );
        await Assert.ThrowsAsync<RemoteException>(() =>
            verifier.VerifyAsync(request with { Signatures = new Unreachable(fixture.Store.Layout, call) }, CancellationToken.None)
        );
    }

    [Fact]
    public async Task A_place_that_answers_with_other_bytes_is_not_believed()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Verifier verifier = new(VerificationPolicy.RequireKey(fixture.Signer.Key));
        VerificationResult result = await verifier.VerifyAsync(
            new VerificationRequest
            {
                Content = new Lying(fixture.Image),
                Signatures = fixture.Store.Layout,
                Wanted = SignedImageFixture.Tag,
                Official = fixture.Official,
            },
            CancellationToken.None
        );

        Assert.Equal(FailureReason.ManifestUnreadable, Assert.Single(result.Subjects).Failure);
    }

    [Fact]
    public void A_result_without_a_verdict_is_no_pass()
    {
        Assert.False(new VerificationResult("nowhere", []).Passed);
        Assert.False(new VerificationResult("nowhere", default).Passed);
    }

    [Fact]
    public void Reasons_have_the_names_that_documents_use()
    {
        Assert.Equal("signed-by-other-key", FailureReason.SignedByOtherKey.Name());
        Assert.Equal("signature-missing", FailureReason.SignatureMissing.Name());
        Assert.Equal("child-unsigned", FailureReason.ChildUnsigned.Name());
        Assert.Equal("payload-digest-mismatch", FailureReason.PayloadDigestMismatch.Name());
    }

    private class Through(IContentReader inner) : IContentReader
    {
        public string Name => inner.Name;

        public virtual Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
            inner.ResolveAsync(tag, cancellationToken);

        public virtual Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
            inner.ReadManifestAsync(digest, cancellationToken);

        public virtual Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            inner.OpenBlobAsync(descriptor, cancellationToken);

        public virtual Task<ImmutableArray<Descriptor>> ReferrersAsync(
            Digest subject,
            string? artifactType,
            CancellationToken cancellationToken
        ) => inner.ReferrersAsync(subject, artifactType, cancellationToken);
    }

    private sealed class Unreachable(IContentReader inner, string call) : Through(inner)
    {
        private static RemoteException Down => new(RemoteFault.TryAgain, "503");

        public override Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
            call == "resolve" ? throw Down : base.ResolveAsync(tag, cancellationToken);

        public override Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
            call == "manifest" ? throw Down : base.ReadManifestAsync(digest, cancellationToken);

        public override Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            call == "blob" ? throw Down : base.OpenBlobAsync(descriptor, cancellationToken);
    }

    private sealed class Lying(IContentReader inner) : Through(inner)
    {
        public override Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
            Task.FromResult<ManifestContent?>(new ManifestContent(MediaType.Index, new Index([]).ToBytes()));
    }
}
