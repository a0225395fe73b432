using System.Text.Json;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

public sealed partial class ReproduceTargetTests
{
    public static TheoryData<string, int, string> Refused { get; } =
    [.. Refusals.Select(refusal => (refusal.Key, refusal.Value.Code, refusal.Value.Text))];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_built_again_is_refused_with_the_reason(string what, int code, string text)
    {
        using ToolsCopy copy = await made.CopyAsync();
        await Refusals[what].Do(copy);
        string[] form = what.Contains("Engine", StringComparison.Ordinal)
            ? ["--reference", $"{copy.Folder}/layout@{copy.Root.Digest}"]
            : [];
        ChildResult result = (await ReproduceAsync(copy, ["--attest", .. form])).Require(code);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(Results("trust", "index.json")));
    }

    private static Dictionary<string, (int Code, string Text, Func<ToolsCopy, Task> Do)> Refusals =>
        new(StringComparer.Ordinal)
        {
            ["a commit that this clone lacks"] = (78, $"Run git fetch https://example.org/tools {new string('1', 40)}", copy =>
                SayCommitAsync(copy, new string('1', 40))
            ),
            ["a commit that is an option"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"commit\":\"", "\"commit\":\"--upload-pack=touch /tmp/x"))
            ),
            ["a commit that is a path"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"commit\":\"", "\"commit\":\"../../"))
            ),
            ["an image that is a path"] = (65, "provenance-unreadable", copy =>
                copy.SayAsync(Statement.ProvenanceType, said => Replaced(said, "\"image\":\"tools\"", "\"image\":\"../tools\""))
            ),
            ["another lock"] = (65, "the provenance names an image.lock.json with", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Lock = Digest.Of("other"u8) } })
            ),
            ["another definition"] = (65, "the provenance names an image.yaml with", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Definition = Digest.Of("other"u8) } })
            ),
            ["another platform"] = (65, "platforms-mismatch: platforms wanted linux/amd64, got linux/amd64, linux/s390x", copy =>
                copy.SayProvenanceAsync(said =>
                    said with
                    {
                        Parameters = said.Parameters with { Platforms = [Platform.LinuxAmd64, Platform.Parse("linux/s390x")] },
                    }
                )
            ),
            ["uncommitted changes"] = (65, "source-modified", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { IsModified = true } })
            ),
            ["a rehearsal"] = (65, "builder-is-rehearsal", copy =>
                copy.SayProvenanceAsync(said => said with { BuilderId = Builder.Rehearsal.Id })
            ),
            ["stand-ins"] = (65, "stand-ins for a", copy =>
                copy.ChangeAsync(
                    (manifest, config) => Task.FromResult((manifest, config)),
                    index => index with { Annotations = index.Annotations.Add(StandInMark.Key, "a") }
                )
            ),
            ["built by an Engine"] = (65, "Run ./build.sh BuildDockerfile Compare --images tools", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Dockerfile = Digest.Of("x"u8) } })
            ),
            ["signed by nobody"] = (65, "signature-missing", copy =>
            {
                Directory.Delete(Path.Combine(copy.Folder, "trust"), recursive: true);
                return Task.CompletedTask;
            }),
            ["a layer that is no archive"] = (65, "the archive is broken", copy => copy.ChangeLayerAsync(archive => archive[..700])),
        };

    [Fact]
    public async Task A_reproduction_counts_when_it_is_of_the_source_that_the_release_names()
    {
        using ToolsCopy copy = await made.CopyAsync();
        BuildParameters said = (await copy.ProvenanceAsync()).Parameters;
        ReproductionFinding finding = new(
            copy.Root.Digest,
            copy.Root.Digest,
            [],
            [new(Platform.LinuxAmd64, copy.Child.Digest, copy.Child.Digest)]
        );
        ReproductionStatement statement = finding.ToStatement(said, Builder.Local, new Toolchain("1", "2"), DateTimeOffset.UnixEpoch);
        foreach (
            (byte[] predicate, FailureReason? reason) in (IEnumerable<(byte[], FailureReason?)>)
                [
                    (statement.ToBytes(), null),
                    (
                        (statement with { Rebuilt = [copy.Root.Digest, copy.Child.Digest, Digest.Of("foreign"u8)] }).ToBytes(),
                        FailureReason.ReproductionMismatch
                    ),
                    ((statement with { Rebuilt = [Digest.Of("foreign"u8)] }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Commit = new string('1', 40) }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Lock = Digest.Of("x"u8) }).ToBytes(), FailureReason.ReproductionMismatch),
                    ((statement with { Result = ReproductionResult.Different }).ToBytes(), FailureReason.ReproductionMismatch),
                    ("{}"u8.ToArray(), FailureReason.ReproductionMismatch),
                ]
        )
        {
            using ToolsCopy one = await made.CopyAsync();
            await one.SayMoreAsync(ReproductionStatement.Type, predicate);
            Assert.True((await one.VerifyAsync()).Passed);
            Assert.Equal(reason, (await one.VerifyAsync(one.Key)).Subjects[0].Failure);
        }

        // Signed of another commit, and changed to the right one by somebody without the key.
        using (ToolsCopy forged = await made.CopyAsync())
        {
            await forged.SayMoreAsync(ReproductionStatement.Type, (statement with { Commit = new string('1', 40) }).ToBytes());
            await forged.ForgeAsync(ReproductionStatement.Type, new string('1', 40), said.Commit);
            SubjectVerdict verdict = (await forged.VerifyAsync(forged.Key)).Subjects[0];
            Assert.Equal(
                (FailureReason.ReproductionMissing, true),
                (verdict.Failure, verdict.Text.Contains($"no {ReproductionStatement.Type} by the key", StringComparison.Ordinal))
            );
        }

        await copy.SayMoreAsync("https://example.org/anything", """{"of":["anybody"]}"""u8.ToArray());
        Assert.True((await copy.VerifyAsync()).Passed);
        Assert.Equal(FailureReason.ReproductionMissing, (await copy.VerifyAsync(copy.Key)).Subjects[0].Failure);
        Assert.Throws<InvalidOperationException>(() =>
            (finding with { Released = Digest.Of("x"u8), Platforms = [] }).ToStatement(
                said,
                Builder.Local,
                new Toolchain("1", "2"),
                DateTimeOffset.UnixEpoch
            )
        );
    }

    [Theory]
    [InlineData("wanted --reference")]
    [InlineData("--push: it sends the result of --attest", "--push", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    [InlineData("is not the repository of an image", "--reference", "quay.io/other/image:v1.0.0", "--public-key", "KEY")]
    [InlineData("wanted a tag or a digest", "--reference", "quay.io/slipway-tests/tools", "--public-key", "KEY")]
    [InlineData("--push: artifacts/tools/layout is not a registry", "--attest", "--push", "--reference", "artifacts/tools/layout")]
    [InlineData("Run ./build.sh BuildDockerfile Compare", "--dockerfile")]
    [InlineData("cannot be combined with --reference", "--rehearsal", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    public async Task What_is_typed_wrong_is_64(string because, params string[] arguments)
    {
        string[] typed = [.. arguments.Select(argument => argument == "KEY" ? made.Repository.Key.Public : argument)];
        Assert.Contains(because, (await Slipway.RunAsync(["Reproduce", .. typed])).Require(64).Error, StringComparison.Ordinal);
    }
}
