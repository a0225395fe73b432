using System.Text.Json;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// What can be done to a release on a registry, each as its targets see it: Verify, Save, Mirror, Reproduce and Drift give the same
/// verdict as slipway-verify, for the same reason, and none of them writes anything.
/// </summary>
public sealed class TamperedReleaseTests(TamperedReleases made, ITestOutputHelper output) : IClassFixture<TamperedReleases>
{
    public static TheoryData<string> Names { get; } = [.. TamperedReleaseCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Five_targets_and_the_small_program_have_one_verdict(string what)
    {
        (Func<TamperedReleases, string> tagOf, string reason, Func<TamperedRegistry, Task> tamper) = TamperedReleaseCases.All[what];
        await using TamperedRegistry at = await made.CopyAsync();
        await tamper(at);
        string tag = tagOf(made),
            reference = $"{TamperedRegistry.Official}:{tag}",
            archive = made.Repository.Beside("refused.tar");
        int writes = at.Writes;

        ChildResult[] results = await Task.WhenAll(
            at.RunAsync("Verify", "--reference", reference),
            at.RunAsync("Save", "--reference", reference, "--to", archive),
            at.RunAsync("Mirror", "--reference", reference, "--to", "docker.io/copy/tools"),
            at.RunAsync("Reproduce", "--reference", reference, "--attest", "--push", "--signing-key", made.Repository.Key.Private),
            at.RunAsync("Drift", "--tags", tag)
        );

        foreach ((string target, ChildResult result) in new[] { "Verify", "Save", "Mirror", "Reproduce", "Drift" }.Zip(results))
        {
            output.WriteLine($"{target}: {result.ExitCode}: {result.Output}{result.Error}");
            Assert.Equal((target, 65), (target, result.ExitCode));
            Assert.True((result.Output + result.Error).Contains(reason, StringComparison.Ordinal), $"{target}: wanted {reason}");
        }

        await at.AssertSameVerdictAsync(VerifyProgram.Compiled, reference);
        Assert.Equal(writes, at.Writes);
        Assert.False(File.Exists(archive));
    }

    /// <summary>A good release is not copied with a false name, whichever of its names is asked for.</summary>
    [Theory]
    [InlineData("v1.99.0", null, "tag-mismatch")]
    [InlineData("build-bbbbbbb", null, "commit-mismatch")]
    [InlineData("v1.0.0-r1-1-gbbbbbbb", null, "description-mismatch")]
    [InlineData("dockerfile-v1.0.0-r1", null, "way-mismatch")]
    [InlineData("v1.0.0-r1-dirty", null, "source-modified")]
    [InlineData("v1.0.0-r1-s390x", "amd64", "tag-platform-mismatch")]
    [InlineData("v1.0.0-r1-arm64", "amd64", "tag-platform-mismatch")]
    [InlineData("build-v1.0.0-r1", "amd64", "tag-shape-mismatch")]
    [InlineData("v1.0.0-amd64", "amd64", "tag-mismatch")]
    public async Task Mirror_copies_no_release_with_a_false_tag(string tag, string? architecture, string reason)
    {
        await using TamperedRegistry at = await made.CopyAsync();
        await at.MoveAsync(tag, await at.DigestAsync(1, architecture));
        int writes = at.Writes;
        foreach (string named in (string[])[":v1.0.0-r1", $"@{await at.DigestAsync(1)}"])
        {
            ChildResult refused = (
                await at.RunAsync("Mirror", "--reference", TamperedRegistry.Official + named, "--to", "docker.io/copy/tools")
            ).Require(65);
            Assert.Contains($":{tag}: ", refused.Error, StringComparison.Ordinal);
            Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
            Assert.Equal(writes, at.Writes);
        }

        // The others alone can be had, and are then all that is there.
        (
            await at.RunAsync(
                "Mirror",
                "--reference",
                $"{TamperedRegistry.Official}:v1.0.0-r1",
                "--to",
                "docker.io/copy/tools",
                "--tags",
                "v1.0.0-r1"
            )
        ).Require();
        Assert.Equal(
            ["v1.0.0-r1"],
            (await at.At("docker.io/copy/tools").TagsAsync(default))!.Value.Where(copied => TagStyles.Of(copied) != TagStyle.Signature)
        );
    }

    [Fact]
    public async Task Untouched_every_tag_passes_everywhere_and_says_what_it_is()
    {
        await using TamperedRegistry at = await made.CopyAsync();
        foreach (
            string tag in (string[])
                [
                    "v1.0.0",
                    "v1.0.0-arm64",
                    "v1.0.0-r1",
                    $"build-{made.Short(1)}-amd64",
                    "build-v1.0.0-r1",
                    made.Release(2),
                    made.Release(2) + "-arm64",
                    $"build-{made.Short(2)}",
                    "build-main",
                ]
        )
        {
            ChildResult verified = (await at.RunAsync("Verify", "--reference", $"{TamperedRegistry.Official}:{tag}")).Require();
            Assert.Contains(
                tag == "build-main" ? "claims index, so it may be any release" : $"the tag {tag} claims ",
                verified.Output,
                StringComparison.Ordinal
            );
            (
                await at.RunAsync("Save", "--reference", $"{TamperedRegistry.Official}:{tag}", "--to", made.Repository.Beside("saved.tar"))
            ).Require();
            Assert.Equal(0, (await at.AssertSameVerdictAsync(VerifyProgram.Compiled, $"{TamperedRegistry.Official}:{tag}")).ExitCode);
        }

        foreach (int release in (int[])[0, 1, 2])
            (
                await at.RunAsync(
                    "Mirror",
                    "--reference",
                    $"{TamperedRegistry.Official}:{made.Release(release)}",
                    "--to",
                    "docker.io/copy/tools"
                )
            ).Require();
        (
            await at.RunAsync(
                "Reproduce",
                "--reference",
                $"{TamperedRegistry.Official}:{made.Release(2)}",
                "--upstream-mirror",
                made.Repository.Mirror.Path
            )
        ).Require();
        (
            await at.RunAsync(
                "Reproduce",
                "--reference",
                $"{TamperedRegistry.Official}:{made.Release(0)}",
                "--upstream-mirror",
                made.Repository.Mirror.Path
            )
        ).Require();
    }

    [Fact]
    public async Task What_claims_nothing_is_told_in_text_and_in_json()
    {
        await using TamperedRegistry at = await made.CopyAsync();
        await at.MoveAsync("latest", await at.DigestAsync(0));
        foreach (
            (string named, string what) in new[]
            {
                (":latest", "the tag latest claims nothing"),
                ($"@{await at.DigestAsync(0)}", "what was asked for claims nothing"),
            }
        )
        {
            ChildResult result = (await at.RunAsync("Verify", "--reference", TamperedRegistry.Official + named)).Require();
            Assert.Contains(
                $"{what}, so it may be any release of the signer's: commit {made.Commit(0)} of https://example.org/tools (git tag "
                    + "tools/v1.0.0), built at 2",
                result.Output,
                StringComparison.Ordinal
            );
            JsonElement place = (await at.RunAsync("Verify", "--json", "--reference", TamperedRegistry.Official + named))
                .Require()
                .Json("verify")
                .GetProperty("places")[0];
            Assert.Equal(0, place.GetProperty("claims").GetArrayLength());
            Assert.Equal(
                (made.Commit(0), "tools/v1.0.0"),
                (
                    place.GetProperty("origin").GetProperty("commit").GetString(),
                    place.GetProperty("origin").GetProperty("gitTag").GetString()
                )
            );
        }
    }

    [Theory]
    [InlineData("1.0.0-r1")]
    [InlineData("V1.0.0-r1")]
    [InlineData("v1.0")]
    [InlineData("v1.0.0-r1-arm64-v8")]
    [InlineData("build-main-amd64")]
    [InlineData("build-0123456789ab")]
    [InlineData("stable-1.0.0")]
    public async Task A_tag_that_only_looks_like_a_release_s_is_refused(string tag)
    {
        await using TamperedRegistry at = await made.CopyAsync();
        await at.MoveAsync(tag, await at.DigestAsync(0));
        string reference = $"{TamperedRegistry.Official}:{tag}";
        foreach (
            string[] target in (string[][])
                [
                    ["Verify"],
                    ["Save", "--to", made.Repository.Beside("refused.tar")],
                    ["Mirror", "--to", "docker.io/copy/tools"],
                    ["Reproduce"],
                ]
        )
            Assert.Contains(
                "tag-unreadable",
                (await at.RunAsync([.. target, "--reference", reference])).Require(65).Error,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task What_is_older_than_whoever_asks_takes_is_refused_by_version_time_and_commit()
    {
        await using TamperedRegistry at = await made.CopyAsync();
        await at.MoveAsync("build-main", await at.DigestAsync(1));
        string reference = $"{TamperedRegistry.Official}:build-main";
        foreach (
            string fine in (string[])
                [
                    "v1.0.0",
                    "v1.0.0-r1",
                    "1.0.0",
                    made.Commit(0),
                    made.Commit(1),
                    made.Short(1),
                    "2020-01-01T00:00:00Z",
                    "2020-01-01T00:00:00+02:00",
                ]
        )
            (await at.RunAsync("Verify", "--reference", reference, "--not-older-than", fine)).Require();
        foreach (
            (string limit, string reason) in new[]
            {
                ("v1.0.1", "release-too-old"),
                ("v1.0.0-r2", "release-too-old"),
                (made.Release(2), "release-too-old"),
                (made.Commit(2), "release-too-old"),
                ("2999-01-01T00:00:00Z", "release-too-old"),
                (new string('b', 40), "release-age-unknown"),
            }
        )
        {
            foreach (
                string[] target in (string[][])
                    [
                        ["Verify"],
                        ["Save", "--to", made.Repository.Beside("refused.tar")],
                        ["Mirror", "--to", "docker.io/copy/tools"],
                        ["Reproduce"],
                    ]
            )
                Assert.Contains(
                    reason,
                    (await at.RunAsync([.. target, "--reference", reference, "--not-older-than", limit])).Require(65).Error,
                    StringComparison.Ordinal
                );
        }

        Assert.Contains(
            "Run git fetch",
            (await at.RunAsync("Verify", "--reference", reference, "--not-older-than", new string('b', 40))).Require(65).Error,
            StringComparison.Ordinal
        );
        foreach (string wrong in (string[])["yesterday", "v1.0", "2026-11-30", "2026-11-30T08:00:00", "abc", "v1.0.0-amd64"])
            Assert.Contains(
                "--not-older-than",
                (await at.RunAsync("Verify", "--reference", reference, "--not-older-than", wrong)).Require(64).Error,
                StringComparison.Ordinal
            );
        await at.SayAsync(said => said with { StartedOn = null, FinishedOn = null, Parameters = said.Parameters with { Tag = null } });
        foreach (string limit in (string[])["v1.0.0", "2020-01-01T00:00:00Z"])
            Assert.Contains(
                "release-age-unknown",
                (await at.RunAsync("Verify", "--reference", reference, "--not-older-than", limit)).Require(65).Error,
                StringComparison.Ordinal
            );
    }
}
