using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Two registries compared with what was published there.</summary>
internal static class DriftComparison
{
    public static async Task MoveAsync(SignedReleaseFixture fixture, Reference destination, ReleasePlan plan) =>
        await fixture
            .At(destination)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(plan.Subjects[1].Digest, default))!, plan.Release, default);

    public static DriftRequest Request(SignedReleaseFixture fixture, ReleaseRecord? record) =>
        new()
        {
            Image = "tiny",
            Destinations = [fixture.Official, fixture.Fallback],
            Records = record is null ? [] : [RecordedRelease.Parse(record.ToBytes(), "the record")],
        };

    public static Task<DriftReport> CompareAsync(SignedReleaseFixture fixture, ReleaseRecord? record, bool verified = false) =>
        new Drift(fixture.Connect(), verified ? ReleasePolicy.Require(fixture.Signer.Key) : null).CompareAsync(
            Request(fixture, record),
            default
        );
}
