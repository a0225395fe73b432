using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Several signers, of whom so many must have signed, each in his time.</summary>
public sealed class PolicyThresholdTests : IAsyncLifetime
{
    private readonly KeySigner _second = KeySigner.CreateThrowAway(),
        _stranger = KeySigner.CreateThrowAway();
    private SignedReleaseFixture _fixture = null!;
    private SlsaProvenance _provenance = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        _provenance = await _fixture.ProvenanceAsync(SignedReleaseFixture.Exact);
        await _fixture.StateAsync(_provenance);
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        _second.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task One_of_two_is_enough_where_one_is_wanted_and_not_where_both_are()
    {
        Assert.Null(await FailureAsync(1, Of(_stranger), Of(_fixture.Signer)));
        Assert.Equal(FailureReason.SignersTooFew, await FailureAsync(2, Of(_stranger), Of(_fixture.Signer)));
        Assert.Equal(FailureReason.SignedByOtherKey, await FailureAsync(1, Of(_stranger), Of(_second)));
        await SignBySecondAsync();
        Assert.Null(await FailureAsync(2, Of(_second), Of(_fixture.Signer)));
        Assert.Null(await FailureAsync(2, Of(_stranger), Of(_second), Of(_fixture.Signer)));
        Assert.Equal(FailureReason.SignersTooFew, await FailureAsync(3, Of(_stranger), Of(_second), Of(_fixture.Signer)));
    }

    /// <summary>A verification summary has to name all or none of them.</summary>
    [Fact]
    public async Task What_each_of_them_signed_is_told()
    {
        await SignBySecondAsync();
        HashSet<Digest> first = await StoredAsync(1, Of(_fixture.Signer)),
            second = await StoredAsync(1, Of(_second)),
            both = await StoredAsync(2, Of(_fixture.Signer), Of(_second));
        Assert.Empty(first.Intersect(second));
        Assert.NotEmpty(second);
        Assert.True(both.SetEquals(first.Union(second)));
    }

    [Fact]
    public async Task A_key_counts_in_its_time_alone()
    {
        DateTimeOffset built = _provenance.FinishedOn!.Value;
        AcceptedSigner Signer(DateTimeOffset? from, DateTimeOffset? until) => new(_fixture.Signer.Key, from, until);
        Assert.Null(await FailureAsync(1, Signer(built, built)));
        Assert.Null(await FailureAsync(1, Signer(null, built)));
        Assert.Null(await FailureAsync(1, Signer(built, null)));
        Assert.Equal(FailureReason.SignerOutsidePeriod, await FailureAsync(1, Signer(null, built.AddSeconds(-1))));
        Assert.Equal(FailureReason.SignerOutsidePeriod, await FailureAsync(1, Signer(built.AddSeconds(1), null)));
    }

    [Fact]
    public async Task The_builder_must_be_one_of_those_that_are_named()
    {
        ReleasePolicy policy = ReleasePolicy.Require(new SignerThreshold(1, [Of(_fixture.Signer)]));
        ProvenanceCheck check = new() { Builders = ["https://ci.example/other", _provenance.BuilderId] };
        Assert.True((await VerifyAsync(policy with { Provenance = check })).Passed);
        check = check with { Builders = ["https://ci.example/other"] };
        Assert.Equal(
            FailureReason.ProvenanceMismatch,
            (await VerifyAsync(policy with { Provenance = check })).Result!.Failures.First().Failure
        );
        // A key certifies nothing of a run.
        check = new ProvenanceCheck { Triggers = ["push"] };
        Assert.Equal(
            FailureReason.CertificateMismatch,
            (await VerifyAsync(policy with { Provenance = check })).Result!.Failures.First().Failure
        );
    }

    [Fact]
    public async Task So_many_others_must_have_built_it_again()
    {
        ReleasePolicy policy = ReleasePolicy.Require(new SignerThreshold(1, [Of(_fixture.Signer)]));
        SignerThreshold rebuilders = new(1, [Of(_stranger), Of(_second)]);
        Assert.Equal(
            FailureReason.ReproductionMissing,
            (await VerifyAsync(policy with { Rebuilders = rebuilders })).Result!.Failures.First().Failure
        );
    }

    private static AcceptedSigner Of(KeySigner signer) => new(signer.Key);

    private async Task<HashSet<Digest>> StoredAsync(int threshold, params AcceptedSigner[] signers)
    {
        PlaceVerdict verdict = await VerifyAsync(ReleasePolicy.Require(new SignerThreshold(threshold, [.. signers])));
        Assert.True(verdict.Passed);
        return [.. verdict.Result!.Subjects.SelectMany(subject => subject.Statements).Select(statement => statement.Stored!)];
    }

    /// <summary>As a registry has it where both have signed: beside each other.</summary>
    private async Task SignBySecondAsync()
    {
        OciLayout trust = _fixture.Store.Layout;
        ImmutableArray<Descriptor> before = trust.ReadIndex().Manifests;
        string blobs = Path.Combine(trust.Name, "blobs", "sha256");
        (string Path, byte[] Content)[] kept = [.. Directory.GetFiles(blobs).Select(path => (path, File.ReadAllBytes(path)))];
        await _fixture.StateAsync(_provenance, _second);
        foreach ((string path, byte[] content) in kept)
            File.WriteAllBytes(path, content);
        string[] tags = [.. before.Select(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName)).OfType<string>()];
        trust.WriteIndex(
            new Oci.Index([
                .. before,
                .. trust.ReadIndex().Manifests.Where(entry => !tags.Contains(entry.Annotations.GetValueOrDefault(OciLayout.RefName))),
            ])
        );
    }

    private async Task<FailureReason?> FailureAsync(int threshold, params ImmutableArray<AcceptedSigner> signers) =>
        (await VerifyAsync(ReleasePolicy.Require(new SignerThreshold(threshold, signers)))).Result!.Failures.FirstOrDefault()?.Failure;

    private Task<PlaceVerdict> VerifyAsync(ReleasePolicy policy) =>
        new ReleaseVerifier(policy).VerifyAsync(
            new VerificationRequest
            {
                Content = _fixture.Layout,
                Signatures = _fixture.Store.Layout,
                Wanted = _fixture.Index.Digest.ToString(),
                Official = _fixture.Official,
            },
            TestContext.Current.CancellationToken
        );
}
