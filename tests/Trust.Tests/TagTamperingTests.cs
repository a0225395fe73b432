using System.Collections.Immutable;
using Slipway.Oci;
using static Slipway.Trust.Tests.StoredForms;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// What whoever keeps the signatures can do to tags without any key, as <see cref="StorageTamperingTests"/> does to what refers to an
/// image.
/// </summary>
public sealed class TagTamperingTests
{
    [Theory]
    [InlineData(".sig", FailureReason.ChildUnsigned)]
    [InlineData(".att", FailureReason.AttestationMissing)]
    public async Task A_tag_removed(string tag, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Keep(fixture, entry => TagOf(entry) != TagOf(fixture.Arm64, tag));
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", "amd64.sig", FailureReason.PayloadDigestMismatch)]
    [InlineData(".sig", "arm64.att", FailureReason.ChildUnsigned)]
    [InlineData(".att", "arm64.sig", FailureReason.AttestationMissing)]
    [InlineData(".att", "root.att", FailureReason.AttestationSubjectMismatch)]
    public async Task A_tag_that_points_elsewhere(string tag, string elsewhere, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Descriptor subject = elsewhere[..4] switch
        {
            "amd6" => fixture.Amd64,
            "arm6" => fixture.Arm64,
            _ => fixture.Root,
        };
        Descriptor other = fixture.Store.Layout.ReadIndex().Manifests.Single(entry => TagOf(entry) == TagOf(subject, elsewhere[^4..]));
        Move(fixture, TagOf(fixture.Arm64, tag), other);
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", FailureReason.SignatureUnreadable)]
    [InlineData(".att", FailureReason.AttestationUnreadable)]
    public async Task Two_entries_of_one_tag(string tag, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Index index = fixture.Store.Layout.ReadIndex();
        Descriptor other = index.Manifests.Single(entry => TagOf(entry) == TagOf(fixture.Amd64, tag));
        fixture.Store.Layout.WriteIndex(
            index with
            {
                Manifests =
                [
                    .. index.Manifests,
                    other with
                    {
                        Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, TagOf(fixture.Arm64, tag)),
                    },
                ],
            }
        );
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", true, true, FailureReason.SignatureUnreadable)]
    [InlineData(".sig", true, false, FailureReason.SignatureUnreadable)]
    [InlineData(".sig", false, true, FailureReason.SignatureUnreadable)]
    [InlineData(".att", true, true, FailureReason.AttestationUnreadable)]
    [InlineData(".att", true, false, FailureReason.AttestationUnreadable)]
    [InlineData(".att", false, true, FailureReason.AttestationUnreadable)]
    [InlineData(".att", false, false, FailureReason.AttestationUnreadable)]
    public async Task What_a_tag_leads_to_cut_short_or_gone(string tag, bool blob, bool cut, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Descriptor manifest = fixture.Store.Layout.ReadIndex().Manifests.Single(entry => TagOf(entry) == TagOf(fixture.Arm64, tag));
        IEnumerable<Digest> spoilt = blob
            ? Manifest
                .Parse(File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, manifest.Digest)))
                .Layers.Where(layer => tag == ".sig" || layer.Annotations.ContainsValue(Statement.SpdxType))
                .Select(layer => layer.Digest)
            : [manifest.Digest];
        foreach (Digest digest in spoilt)
            Spoil(fixture, digest, cut);
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Fact]
    public async Task An_index_in_the_place_of_attestations_and_attestations_without_end()
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        ImmutableArray<Descriptor> layers = await AttestationsAsync(fixture, fixture.Arm64);
        await PutAttestationsAsync(fixture, fixture.Arm64, [.. layers, .. Enumerable.Repeat(layers[0], 257)]);
        SubjectVerdict verdict = (await VerifyAsync(fixture, fixture.Store.Layout, null)).Subjects[2];
        Assert.True(verdict.Passed);
        Assert.Contains("passed over: more than 256 of", Assert.Single(verdict.PassedOver), StringComparison.Ordinal);
        await PutAttestationsAsync(fixture, fixture.Arm64, [.. Enumerable.Repeat(layers[0], 256), .. layers]);
        await AssertFailsAsync(fixture, fixture.Arm64, FailureReason.AttestationMissing);
        Move(fixture, TagOf(fixture.Arm64, ".att"), await fixture.Store.Layout.AddBlobAsync(MediaType.Index, new Index([]).ToBytes()));
        await AssertFailsAsync(fixture, fixture.Arm64, FailureReason.AttestationUnreadable);
    }
}
