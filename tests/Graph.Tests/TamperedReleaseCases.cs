using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>What can be done to a release on a registry.</summary>
internal static class TamperedReleaseCases
{
    /// <summary>By name: the tag that is asked for, why it is refused, and what was done.</summary>
    public static Dictionary<string, (Func<TamperedReleases, string> Tag, string Reason, Func<TamperedRegistry, Task> Do)> All =>
        new(StringComparer.Ordinal)
        {
            ["a release's tag on an older release"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1", await at.DigestAsync(0))
            ),
            ["a release's tag on a newer commit"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1", await at.DigestAsync(2))
            ),
            ["a platform's tag on an older release"] = (
                _ => "v1.0.0-r1-arm64",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-arm64", await at.DigestAsync(0, "arm64"))
            ),
            ["a version that never was"] = (
                _ => "v1.99.0",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.99.0", await at.DigestAsync(1))
            ),
            ["a rebuild that never was"] = (
                _ => "v1.0.0-r2",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-r2", await at.DigestAsync(1))
            ),
            ["a candidate that never was"] = (
                _ => "v1.0.0-rc.1",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-rc.1", await at.DigestAsync(1))
            ),
            ["a version on a commit after it"] = (
                _ => "v1.0.0-r3",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("v1.0.0-r3", await at.DigestAsync(2))
            ),
            ["a build's tag on another commit's"] = (
                made => $"build-{made.Short(1)}",
                "provenance-mismatch: commit-mismatch",
                async at => await at.MoveAsync($"build-{at.Made.Short(1)}", await at.DigestAsync(0))
            ),
            ["a build that never was"] = (
                _ => "build-bbbbbbb",
                "provenance-mismatch: commit-mismatch",
                async at => await at.MoveAsync("build-bbbbbbb", await at.DigestAsync(1))
            ),
            ["a build's platform that never was"] = (
                _ => "build-bbbbbbb-amd64",
                "provenance-mismatch: commit-mismatch",
                async at => await at.MoveAsync("build-bbbbbbb-amd64", await at.DigestAsync(1, "amd64"))
            ),
            ["a build of a version on an older release"] = (
                _ => "build-v1.0.0-r1",
                "provenance-mismatch: tag-mismatch",
                async at => await at.MoveAsync("build-v1.0.0-r1", await at.DigestAsync(0))
            ),
            ["a commit after a release on another commit"] = (
                made => made.Release(2),
                "provenance-mismatch: description-mismatch",
                async at => await at.MoveAsync(at.Made.Release(2), await at.DigestAsync(1))
            ),
            ["a commit after another release"] = (
                made => $"v1.9.9-1-g{made.Short(2)}",
                "provenance-mismatch: description-mismatch",
                async at => await at.MoveAsync($"v1.9.9-1-g{at.Made.Short(2)}", await at.DigestAsync(2))
            ),
            ["so many more commits after a release"] = (
                made => $"v1.0.0-r1-9-g{made.Short(2)}",
                "provenance-mismatch: description-mismatch",
                async at => await at.MoveAsync($"v1.0.0-r1-9-g{at.Made.Short(2)}", await at.DigestAsync(2))
            ),
            ["a commit after a release with another commit's hash"] = (
                _ => "v1.0.0-r1-1-gbbbbbbb",
                "provenance-mismatch: description-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-1-gbbbbbbb", await at.DigestAsync(2))
            ),
            ["a commit after a release that is the release"] = (
                made => $"v1.0.0-1-g{made.Short(1)}",
                "provenance-mismatch: description-mismatch",
                async at => await at.MoveAsync($"v1.0.0-1-g{at.Made.Short(1)}", await at.DigestAsync(1))
            ),
            ["of a changed work tree"] = (
                _ => "v1.0.0-r1-dirty",
                "provenance-mismatch: source-modified",
                async at => await at.MoveAsync("v1.0.0-r1-dirty", await at.DigestAsync(1))
            ),
            ["one platform's tag on the other"] = (
                _ => "v1.0.0-r1-amd64",
                "tag-platform-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-amd64", await at.DigestAsync(1, "arm64"))
            ),
            ["a build's platform on the other"] = (
                made => $"build-{made.Short(1)}-arm64",
                "tag-platform-mismatch",
                async at => await at.MoveAsync($"build-{at.Made.Short(1)}-arm64", await at.DigestAsync(1, "amd64"))
            ),
            ["a platform that it was not built for"] = (
                _ => "v1.0.0-r1-s390x",
                "tag-platform-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-s390x", await at.DigestAsync(1, "amd64"))
            ),
            ["a variant's name"] = (
                _ => "v1.0.0-r1-arm64v8",
                "tag-platform-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-arm64v8", await at.DigestAsync(1, "arm64"))
            ),
            ["a platform's name that is shorter"] = (
                _ => "v1.0.0-r1-arm",
                "tag-platform-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-arm", await at.DigestAsync(1, "arm64"))
            ),
            ["the release's tag on a platform"] = (
                _ => "v1.0.0-r1",
                "tag-shape-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1", await at.DigestAsync(1, "amd64"))
            ),
            ["a platform's tag on the index"] = (
                _ => "v1.0.0-r1-amd64",
                "tag-shape-mismatch",
                async at => await at.MoveAsync("v1.0.0-r1-amd64", await at.DigestAsync(1))
            ),
            ["a build's tag on a platform"] = (
                made => $"build-{made.Short(1)}",
                "tag-shape-mismatch",
                async at => await at.MoveAsync($"build-{at.Made.Short(1)}", await at.DigestAsync(1, "arm64"))
            ),
            ["the main branch on a platform"] = (
                _ => "build-main",
                "tag-shape-mismatch",
                async at => await at.MoveAsync("build-main", await at.DigestAsync(2, "arm64"))
            ),
            ["built by an Engine"] = (
                made => $"dockerfile-{made.Short(1)}",
                "provenance-mismatch: way-mismatch",
                async at => await at.MoveAsync($"dockerfile-{at.Made.Short(1)}", await at.DigestAsync(1))
            ),
            ["SBOM and provenance stripped"] = (
                _ => "v1.0.0-r1",
                "attestation-missing",
                async at =>
                {
                    Digest[] all = [await at.DigestAsync(1), await at.DigestAsync(1, "amd64"), await at.DigestAsync(1, "arm64")];
                    await at.StripAsync(Statement.SpdxType, all);
                    await at.StripAsync(Statement.ProvenanceType, all);
                }
            ),
            ["one platform's SBOM stripped"] = (
                _ => "v1.0.0-r1",
                "attestation-missing",
                async at => await at.StripAsync(Statement.SpdxType, await at.DigestAsync(1, "arm64"))
            ),
            ["the index's provenance stripped"] = (
                _ => "v1.0.0-r1",
                "attestation-missing",
                async at => await at.StripAsync(Statement.ProvenanceType, await at.DigestAsync(1))
            ),
            ["signatures stripped"] = (
                _ => "v1.0.0-r1",
                "signature-missing",
                async at => await at.StripAsync(Statement.SignType, await at.DigestAsync(1))
            ),
            ["one platform's signature stripped"] = (
                _ => "v1.0.0-r1",
                "child-unsigned",
                async at => await at.StripAsync(Statement.SignType, await at.DigestAsync(1, "arm64"))
            ),
            ["one platform gone"] = (
                _ => "v1.0.0-r1",
                "manifest-missing",
                async at => await at.DeleteAsync(await at.DigestAsync(1, "arm64"))
            ),
            ["another's key"] = (
                _ => "v1.0.0-r1",
                "signed-by-other-key",
                at =>
                {
                    at.Key = SigningKeys.Create(at.Made.Repository.Beside(), "other").Public;
                    return Task.CompletedTask;
                }
            ),
            ["a rehearsal's provenance"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: builder-is-rehearsal",
                at => at.SayAsync(said => said with { BuilderId = Builder.Rehearsal.Id })
            ),
            ["another repository's provenance"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: source-mismatch",
                at => at.SayAsync(said => Of(said, said.Parameters with { Source = "https://example.org/fork" }))
            ),
            ["another image's provenance"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: image-mismatch",
                at => at.SayAsync(said => Of(said, said.Parameters with { Image = "other" }))
            ),
            ["uncommitted changes"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: source-modified",
                at => at.SayAsync(said => Of(said, said.Parameters with { IsModified = true }))
            ),
            ["provenance that contradicts itself"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: commit-mismatch",
                at => at.SayAsync(said => Of(said, said.Parameters with { Commit = new string('1', 40) }))
            ),
            ["provenance of one platform more"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: platforms-mismatch",
                at =>
                    at.SayAsync(said =>
                        Of(said, said.Parameters with { Platforms = [.. said.Parameters.Platforms, Platform.Parse("linux/s390x")] })
                    )
            ),
            ["provenance of one platform less"] = (
                _ => "v1.0.0-r1",
                "provenance-mismatch: platforms-mismatch",
                at => at.SayAsync(said => Of(said, said.Parameters with { Platforms = [Platform.LinuxAmd64] }))
            ),
            ["a platform that provenance does not name"] = (
                _ => "v1.0.0-r1-arm64",
                "provenance-mismatch: platforms-mismatch",
                at => at.SayAsync(said => Of(said, said.Parameters with { Platforms = [Platform.LinuxAmd64] }))
            ),
        };

    private static SlsaProvenance Of(SlsaProvenance said, BuildParameters parameters) => said with { Parameters = parameters };
}
