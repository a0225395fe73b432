using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Copying a release to a registry that lacks it: what comes along, and what is refused before anything is written.</summary>
public class MirrorTests
{
    private static readonly Reference Copy = Reference.Parse("docker.io/copy/tiny");

    [Theory]
    [InlineData(":v1.0.0")]
    [InlineData(":build-23228e6")]
    [InlineData("@")]
    public async Task A_copy_on_an_empty_registry_gives_drift_nothing_to_say(string named)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord published = await fixture.PublishAsync();
        ReleaseRecord copied = await MirrorAsync(fixture, named == "@" ? "@" + published.Plan.Index.Digest : named);
        Assert.Equal($"{Copy.Name}@{published.Plan.Index.Digest}", copied.Reference.ToString());
        DriftRequest request = new()
        {
            Image = "tiny",
            Destinations = [fixture.Official, Copy],
            Records = [RecordedRelease.Parse(published.ToBytes(), "the record")],
        };
        DriftReport report = await new Drift(fixture.Connect(), ReleasePolicy.Require(fixture.Signer.Key)).CompareAsync(request, default);
        Assert.Empty(report.Findings);
        Assert.Equal(7, report.Tags);
    }

    [Fact]
    public async Task Tags_come_last_and_the_index_after_its_platforms()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        fixture.Forget();
        await MirrorAsync(fixture);
        List<RegistryRequest> writes = [.. fixture.Requests.Where(seen => seen.Writes)];
        HashSet<string> tags = [.. plan.Tags.Select(tag => tag.Name)];
        int first = writes.FindIndex(seen => tags.Contains(seen.Last));
        Assert.All(writes.Skip(first), seen => Assert.Contains(seen.Last, tags));
        Assert.Equal("v1.0.0", writes[^1].Last);
        Assert.All(writes, seen => Assert.Equal("docker.io", seen.Host));
    }

    [Fact]
    public async Task Moving_tags_and_other_releases_stay_where_they_are()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync(SignedReleaseFixture.Exact with { Distance = 1 })).Plan;
        await fixture.AssembleAsync("two");
        await fixture.PublishAsync(
            SignedReleaseFixture.Exact with
            {
                Tag = "tiny/v1.0.0-r1",
                Commit = "8" + SignedReleaseFixture.Exact.Commit[1..],
            }
        );
        await MirrorAsync(fixture, ":" + plan.Release);
        string[] tags = [.. (await fixture.At(Copy).TagsAsync(default))!.Value.Where(tag => TagStyles.Of(tag) != TagStyle.Signature)];
        Assert.Equal(plan.Tags.Where(tag => !tag.Moves).Select(tag => tag.Name).Order(StringComparer.Ordinal), tags);
    }

    [Fact]
    public async Task What_is_said_about_the_image_comes_along()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        ManifestContent[] statements = [.. await Task.WhenAll(plan.Subjects.Select(subject => PushReferrerAsync(fixture, subject)))];
        string document = $"sha256-{plan.Subjects[1].Digest.Hex}.sbom";
        await fixture.At(fixture.Official).PushManifestAsync(statements[0], document, default);
        await MirrorAsync(fixture);
        Repository copy = fixture.At(Copy);
        foreach ((Descriptor subject, ManifestContent statement) in plan.Subjects.Zip(statements))
        {
            Assert.Equal(
                statement.Descriptor.Digest,
                Assert.Single(await copy.ReferrersAsync(subject.Digest, "application/vnd.example.statement", default)).Digest
            );
            Assert.All(Manifest.Parse(statement.Bytes).Blobs, blob => Assert.True(copy.HasBlobAsync(blob, default).Result));
        }

        Assert.Equal(statements[0].Descriptor.Digest, (await copy.ResolveAsync(document, default))!.Digest);
    }

    [Fact]
    public async Task Running_again_writes_nothing()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        await PushReferrerAsync(fixture, plan.Index);
        await MirrorAsync(fixture);
        fixture.Forget();
        await MirrorAsync(fixture);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task A_fault_at_any_write_leaves_no_tag_before_its_signature_and_a_second_run_ends_the_same()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord published = await fixture.PublishAsync();
        fixture.Forget();
        await MirrorAsync(fixture);
        int writes = fixture.Requests.Count(seen => seen.Writes && seen.Method != "DELETE");
        for (int at = 0; at < writes; at++)
        {
            Reference copy = Reference.Parse($"docker.io/copy/tiny{at}");
            int left = at;
            // That an upload could not be cancelled does not matter.
            fixture.Faults = seen =>
                seen.Writes && seen.Method != "DELETE" && Interlocked.Decrement(ref left) == -1 ? Fault.Answer(503) : null;
            await Assert.ThrowsAnyAsync<Http.RemoteException>(() => MirrorAsync(fixture, to: copy));
            fixture.Faults = _ => null;
            foreach (string tag in await fixture.At(copy).TagsAsync(default) ?? [])
            {
                if (TagStyles.Of(tag).NeverMoves())
                    Assert.True(
                        (
                            await new Verifier(VerificationPolicy.RequireKey(fixture.Signer.Key)).VerifyAsync(
                                new VerificationRequest
                                {
                                    Content = fixture.At(copy),
                                    Signatures = fixture.At(copy),
                                    Wanted = tag,
                                    Official = fixture.Official,
                                },
                                default
                            )
                        ).Passed
                    );
            }

            Assert.Equal(published.Plan.Index.Digest, (await MirrorAsync(fixture, to: copy)).Plan.Index.Digest);
        }
    }

    [Fact]
    public async Task A_tag_with_another_digest_is_refused_before_anything_is_written()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        await PushReferrerAsync(fixture, plan.Index);
        await MirrorAsync(fixture);
        await fixture
            .At(Copy)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(plan.Subjects[1].Digest, default))!, "build-v1.0.0", default);
        await RequireRefusedAsync(fixture, ":v1.0.0", "the tag never moves; nothing was copied");
    }

    [Fact]
    public async Task A_tag_that_holds_one_document_is_not_taken_away()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        string document = $"sha256-{plan.Index.Digest.Hex}.sbom";
        ManifestContent statement = await PushReferrerAsync(fixture, plan.Index);
        await fixture.At(fixture.Official).PushManifestAsync(statement, document, default);
        await MirrorAsync(fixture);
        await fixture
            .At(Copy)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(plan.Subjects[1].Digest, default))!, document, default);
        await RequireRefusedAsync(fixture, ":v1.0.0", "which stays; nothing was copied");
    }

    [Theory]
    [InlineData("unsigned", "child-unsigned")]
    [InlineData("other key", "signed-by-other-key")]
    [InlineData("lost", "manifest-missing")]
    [InlineData("damaged", "manifest-unreadable")]
    [InlineData("no tag", "there is no such tag")]
    [InlineData("platform", "give the tag of the release")]
    public async Task What_does_not_verify_is_not_copied(string what, string because)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        using KeySigner other = KeySigner.CreateThrowAway();
        Repository source = fixture.At(fixture.Official);
        if (what == "unsigned")
            await source.DeleteTagAsync(plan.Signatures[1].Tag, default);
        if (what == "lost")
            await source.DeleteManifestAsync(plan.Subjects[1].Digest, default);
        if (what == "damaged")
            fixture.Damage("quay.io", plan.Subjects[2].Digest, "{}");
        string named = what switch
        {
            "no tag" => ":v9.0.0",
            "platform" => ":v1.0.0-amd64",
            _ => ":v1.0.0",
        };
        await RequireRefusedAsync(fixture, named, because, what == "other key" ? other.Key : null);
    }

    [Theory]
    [InlineData("a stand-in", "holds stand-ins for kubelet")]
    [InlineData("a rehearsal", "the registry is a rehearsal's")]
    public async Task What_is_for_a_rehearsal_is_not_copied(string what, string because)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(
            announce: true,
            standIn: what == "a stand-in" ? "kubelet" : null,
            stated: true
        );
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        Assert.NotNull(plan);
        if (what == "a rehearsal")
        {
            await RequireRefusedAsync(fixture, ":v1.0.0", because);
            return;
        }

        // The same content on a registry that does not say what it is.
        await using SignedReleaseFixture plain = await SignedReleaseFixture.CreateAsync(standIn: "kubelet", stated: true);
        await PutAsync(plain);
        await RequireRefusedAsync(plain, ":v1.0.0", because);
    }

    private static async Task PutAsync(SignedReleaseFixture fixture)
    {
        ReleasePlan plan = await fixture.PlanAsync() with { StandIn = null };
        await fixture.PublishAsync(plan, fixture.Signer.Key);
    }

    private static async Task<ManifestContent> PushReferrerAsync(SignedReleaseFixture fixture, Descriptor subject)
    {
        Repository site = fixture.At(fixture.Official);
        byte[] statement = System.Text.Encoding.UTF8.GetBytes($"about {subject.Digest}");
        Descriptor blob = Descriptor.Of("application/vnd.example.statement", statement),
            config = Descriptor.Of("application/vnd.oci.empty.v1+json", "{}"u8);
        await site.PushBlobAsync(blob, () => new MemoryStream(statement), default);
        await site.PushBlobAsync(config, () => new MemoryStream("{}"u8.ToArray()), default);
        Manifest manifest = new(config, [blob])
        {
            ArtifactType = "application/vnd.example.statement",
            Subject = subject with { Platform = null },
        };
        ManifestContent content = new(MediaType.Manifest, manifest.ToBytes());
        await site.PushReferrerAsync(content, default);
        return content;
    }

    private static async Task RequireRefusedAsync(SignedReleaseFixture fixture, string named, string because, VerificationKey? key = null)
    {
        fixture.Forget();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(fixture, named, key: key));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    private static Task<ReleaseRecord> MirrorAsync(
        SignedReleaseFixture fixture,
        string named = ":v1.0.0",
        Reference? to = null,
        VerificationKey? key = null
    ) =>
        new Mirror(fixture.Connect, ReleasePolicy.Require(key ?? fixture.Signer.Key), _ => { }).CopyAsync(
            new MirrorRequest
            {
                Image = "tiny",
                Source = Reference.Parse(fixture.Official.Name + named),
                Official = fixture.Official,
                Destination = to ?? Copy,
            },
            default
        );
}
