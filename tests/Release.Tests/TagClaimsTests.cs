using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>What each tag claims by its name, and that what is published claims nothing else.</summary>
public class TagClaimsTests
{
    [Theory]
    [InlineData("v1.36.4", "version v1.36.4, index")]
    [InlineData("v1.36.4-amd64", "version v1.36.4, platform linux/amd64")]
    [InlineData("v1.36.4-r1", "version v1.36.4-r1, index")]
    [InlineData("v1.36.4-r1-arm64", "version v1.36.4-r1, platform linux/arm64")]
    [InlineData("v1.37.0-rc.1-arm64", "version v1.37.0-rc.1, platform linux/arm64")]
    [InlineData("v1.36.4-2-g23228e6", "version v1.36.4-2-g23228e6, commit 23228e6, index")]
    [InlineData("v1.36.4-r1-2-g23228e6-arm64", "version v1.36.4-r1-2-g23228e6, commit 23228e6, platform linux/arm64")]
    [InlineData("build-23228e6", "commit 23228e6, index")]
    [InlineData("build-23228e6-amd64", "commit 23228e6, platform linux/amd64")]
    [InlineData("build-v1.36.4-r2", "version v1.36.4-r2, index")]
    [InlineData("dockerfile-23228e6-arm64", "commit 23228e6, platform linux/arm64")]
    [InlineData("dockerfile-v1.36.4", "version v1.36.4, index")]
    [InlineData("v1.36.4-arm64v8", "version v1.36.4, platform linux/arm64v8")]
    [InlineData("v1.36.4-r1-r2", "version v1.36.4-r1, platform linux/r2")]
    [InlineData("v1.36.4-g23228e6", "version v1.36.4, platform linux/g23228e6")]
    [InlineData("build-main", "index")]
    [InlineData("dockerfile-main", "index")]
    [InlineData("latest", "nothing")]
    [InlineData("latest-arm64", "platform linux/arm64")]
    [InlineData("builder", "nothing")]
    public void A_tag_claims_what_its_name_says(string tag, string claims)
    {
        Assert.Equal(claims, TagClaims.Of(tag).ToString());
        Assert.False(TagClaims.Of(tag).IsUnreadable);
        Assert.Equal(
            tag.StartsWith("dockerfile-", StringComparison.Ordinal) ? BuildMethod.Dockerfile : BuildMethod.Assembled,
            TagClaims.Of(tag).Way
        );
    }

    [Theory]
    [InlineData("1.36.4")]
    [InlineData("V1.36.4")]
    [InlineData("v1.36")]
    [InlineData("v1")]
    [InlineData("v1.36.4-arm64-v8")]
    [InlineData("v1.36.4-AMD64")]
    [InlineData("v1.36.4-2-g23228e6f")]
    [InlineData("kubelet-v1.36.4")]
    [InlineData("stable-1.36")]
    [InlineData("build-23228e6f9b1d")]
    [InlineData("build-23228E6")]
    [InlineData("build-main-amd64")]
    [InlineData("build-v1.36.4-2-g23228e6")]
    [InlineData("build_23228e6")]
    [InlineData("Dockerfile-main")]
    [InlineData("build")]
    public void What_reads_like_a_release_s_tag_and_is_none_is_not_judged_but_refused(string tag)
    {
        Assert.True(TagClaims.Of(tag).IsUnreadable);
        Assert.Equal(FailureReason.TagUnreadable, TagClaims.Of(tag).Judge(Subject(null))?.Reason);
    }

    [Fact]
    public void A_digest_claims_nothing() => Assert.Same(TagClaims.None, TagClaims.OfWanted(Digest.Of("x"u8).ToString()));

    [Theory]
    [InlineData("v1.0.0", null, null)]
    [InlineData("v1.0.0", "linux/amd64", FailureReason.TagShapeMismatch)]
    [InlineData("build-main", "linux/amd64", FailureReason.TagShapeMismatch)]
    [InlineData("v1.0.0-amd64", null, FailureReason.TagShapeMismatch)]
    [InlineData("v1.0.0-amd64", "linux/amd64", null)]
    [InlineData("v1.0.0-amd64", "linux/arm64", FailureReason.TagPlatformMismatch)]
    [InlineData("v1.0.0-amd64", "windows/amd64", FailureReason.TagPlatformMismatch)]
    [InlineData("v1.0.0-arm", "linux/arm64", FailureReason.TagPlatformMismatch)]
    [InlineData("v1.0.0-arm64", "linux/arm64/v8", null)]
    [InlineData("latest", null, null)]
    [InlineData("latest", "linux/amd64", null)]
    [InlineData("latest-arm64", "linux/amd64", FailureReason.TagPlatformMismatch)]
    public void Shape_and_platform_are_the_manifests(string tag, string? platform, FailureReason? reason) =>
        Assert.Equal(reason, TagClaims.Of(tag).Judge(Subject(platform))?.Reason);

    [Theory]
    [InlineData(BuildMethod.Assembled)]
    [InlineData(BuildMethod.Dockerfile)]
    public void Every_tag_that_is_published_is_proven_by_its_own_provenance_and_by_no_other_commits(BuildMethod way)
    {
        GitState[] states =
        [
            SignedReleaseFixture.Exact,
            SignedReleaseFixture.Exact with
            {
                Tag = "tiny/v1.0.0-r1",
                Commit = "8" + SignedReleaseFixture.Exact.Commit[1..],
            },
            SignedReleaseFixture.Exact with
            {
                Distance = 2,
                Commit = "9" + SignedReleaseFixture.Exact.Commit[1..],
            },
            SignedReleaseFixture.Exact with
            {
                Distance = 3,
                Commit = "a" + SignedReleaseFixture.Exact.Commit[1..],
            },
            SignedReleaseFixture.Exact with
            {
                Tag = null,
                Commit = "b" + SignedReleaseFixture.Exact.Commit[1..],
            },
            SignedReleaseFixture.Exact with
            {
                IsDirty = true,
                Commit = "c" + SignedReleaseFixture.Exact.Commit[1..],
            },
        ];
        foreach (GitState named in states)
        {
            foreach (PlannedTag tag in TagPlan.For("tiny", "v1.0.0", named, ProvenanceSamples.Platforms, way).Tags.Where(tag => !tag.Moves))
            {
                ProvenanceCheck check = new()
                {
                    Image = "tiny",
                    Claims = TagClaims.Of(tag.Name),
                    IsRehearsal = true,
                };
                foreach (GitState built in states)
                {
                    SlsaProvenance provenance = SlsaProvenance.Parse(ProvenanceSamples.New(Builder.Rehearsal, built).ToBytes());
                    // The same git tag with and without changes is told apart by them.
                    Assert.Equal(
                        (tag.Name, built.Commit, ReferenceEquals(named, built)),
                        (tag.Name, built.Commit, check.Judge(provenance).IsEmpty)
                    );
                }

                Assert.Null(TagClaims.Of(tag.Name).Judge(Subject(tag.Platform?.ToString())));
            }
        }
    }

    [Fact]
    public void A_provenance_that_does_not_say_after_which_release_proves_no_such_tag()
    {
        GitState after = SignedReleaseFixture.Exact with { Distance = 2 };
        SlsaProvenance silent = ProvenanceSamples.New(git: after);
        silent = silent with
        {
            Dependencies = [silent.Dependencies[0] with { Annotations = Descriptor.NoAnnotations }, .. silent.Dependencies.Skip(1)],
        };
        ProvenanceCheck check = new() { Image = "tiny", Claims = TagClaims.Of("v1.0.0-2-g23228e6") };
        Assert.Equal(["description-mismatch"], check.Judge(silent).Select(finding => finding.Problem.Name()));
        Assert.Empty((check with { Claims = TagClaims.Of("build-23228e6") }).Judge(silent));
    }

    private static SubjectVerdict Subject(string? platform) =>
        new()
        {
            Digest = Digest.Of("x"u8),
            Platform = platform is null ? null : Platform.Parse(platform),
            Failure = null,
            Text = "",
        };
}
