using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Release.Tests;

/// <summary>Taking a release back: which tags go, what stays, and what keeps anything from being deleted.</summary>
public class WithdrawalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_tags_of_a_release_go_and_its_content_and_signatures_stay(bool recorded)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        WithdrawalPlan plan = await PlanAsync(fixture, recorded ? record : null);
        Assert.All(plan.Destinations, destination =>
            Assert.Equal(
                ["v1.0.0", "build-23228e6", "build-v1.0.0", "build-23228e6-amd64", "build-23228e6-arm64", "v1.0.0-amd64", "v1.0.0-arm64"],
                destination.Tags.AsEnumerable()
            )
        );
        var done = await CarryOutAsync(fixture, plan);
        Assert.All(done, destination => Assert.Equal((7, 0), (destination.Removed.Length, destination.Standing.Length)));
        await fixture.AssertUntaggedAsync(record.Plan);
        foreach (Repository site in fixture.Sites())
        {
            Assert.All(record.Plan.Subjects, subject => Assert.True(site.HasManifestAsync(subject.Digest, default).Result));
            Assert.All(record.Plan.Signatures, signature => Assert.NotNull(site.ResolveAsync(signature.Tag, default).Result));
        }
    }

    [Fact]
    public async Task The_release_goes_before_its_platforms_and_only_tags_are_deleted()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        await fixture.PublishAsync();
        WithdrawalPlan plan = await PlanAsync(fixture, null);
        fixture.Forget();
        await CarryOutAsync(fixture, plan);
        RegistryRequest[] deleted = [.. fixture.Requests.Where(seen => seen.Writes)];
        Assert.All(deleted, seen => Assert.Equal("DELETE", seen.Method));
        Assert.Equal([.. plan.Destinations[0].Tags, .. plan.Destinations[1].Tags], deleted.Select(seen => seen.Last));
    }

    [Fact]
    public async Task Tags_of_other_commits_with_the_same_content_go_too_and_other_releases_stay()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        await fixture.PublishAsync();
        ReleasePlan later = (
            await fixture.PublishAsync(
                SignedReleaseFixture.Exact with
                {
                    Distance = 1,
                    Commit = "9" + SignedReleaseFixture.Exact.Commit[1..],
                }
            )
        ).Plan;
        await fixture.AssembleAsync("two");
        ReleasePlan other = (
            await fixture.PublishAsync(
                SignedReleaseFixture.Exact with
                {
                    Tag = "tiny/v1.0.0-r1",
                    Commit = "8" + SignedReleaseFixture.Exact.Commit[1..],
                }
            )
        ).Plan;
        WithdrawalPlan plan = await PlanAsync(fixture, null);
        Assert.Contains("build-main", plan.Destinations[0].Tags);
        await CarryOutAsync(fixture, plan);
        await fixture.AssertUntaggedAsync(later);
        await fixture.AssertPublishedAsync(other);
    }

    [Fact]
    public async Task Running_again_finds_nothing_to_do()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        await CarryOutAsync(fixture, await PlanAsync(fixture, record));
        fixture.Forget();
        WithdrawalPlan again = await PlanAsync(fixture, record);
        Assert.All(again.Destinations, destination => Assert.Empty(destination.Tags));
        await CarryOutAsync(fixture, again);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task A_failure_at_any_deletion_is_made_good_by_a_second_run()
    {
        for (int at = 0; at < 14; at++)
        {
            await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
            ReleaseRecord record = await fixture.PublishAsync();
            WithdrawalPlan plan = await PlanAsync(fixture, record);
            int left = at;
            fixture.Faults = seen => seen.Method == "DELETE" && Interlocked.Decrement(ref left) == -1 ? Fault.Answer(503) : null;
            RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => CarryOutAsync(fixture, plan));
            Assert.Equal(RemoteFault.TryAgain, e.Fault);
            Assert.Contains($"{at} of 14 tags are gone. Run the same command again", e.Message, StringComparison.Ordinal);
            await CarryOutAsync(fixture, await PlanAsync(fixture, record));
            await fixture.AssertUntaggedAsync(record.Plan);
        }
    }

    [Theory]
    [InlineData(503, RemoteFault.TryAgain)]
    [InlineData(401, RemoteFault.Refused)]
    [InlineData(403, RemoteFault.Refused)]
    public async Task Nothing_is_deleted_anywhere_before_every_registry_said_what_it_can_do(int status, RemoteFault fault)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Forget();
        fixture.Faults = seen => seen is { Host: "docker.io", Method: "DELETE" } ? Fault.Answer(status) : null;
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => PlanAsync(fixture, record));
        Assert.Equal(fault, e.Fault);
        fixture.Faults = _ => null;
        await fixture.AssertPublishedAsync(record.Plan);
    }

    [Theory]
    [InlineData(true, "the tag was moved; nothing was deleted")]
    [InlineData(false, "on different registries; nothing was deleted")]
    public async Task A_tag_that_was_moved_keeps_all_from_being_deleted(bool recorded, string because)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        ReleasePlan two = await OtherImageAsync(fixture, record);
        fixture.Forget();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => PlanAsync(fixture, recorded ? record : null));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        Assert.Equal(two.Index.Digest, (await fixture.At(fixture.Fallback).ResolveAsync("v1.0.0", default))!.Digest);
    }

    [Fact]
    public async Task A_tag_that_moves_meanwhile_is_left_alone()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        WithdrawalPlan plan = await PlanAsync(fixture, record);
        ReleasePlan two = await OtherImageAsync(fixture, record);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => CarryOutAsync(fixture, plan));
        Assert.Contains("The tag was left alone", e.Message, StringComparison.Ordinal);
        Assert.Equal(two.Index.Digest, (await fixture.At(fixture.Fallback).ResolveAsync("v1.0.0", default))!.Digest);
    }

    [Fact]
    public async Task A_registry_that_deletes_nothing_is_left_to_people_and_the_other_is_done()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        fixture.Faults = seen => seen is { Host: "docker.io", Method: "DELETE" } ? Fault.Answer(405) : null;
        ReleaseRecord record = await fixture.PublishAsync();
        WithdrawalPlan plan = await PlanAsync(fixture, record);
        Assert.Equal([false, true], plan.Destinations.Select(destination => destination.IsByHand));
        Assert.Contains("https://hub.docker.com/r/mirror/tiny/tags", plan.Destinations[1].Advice, StringComparison.Ordinal);
        var done = await CarryOutAsync(fixture, plan);
        Assert.Equal([(7, 0), (0, 7)], done.Select(destination => (destination.Removed.Length, destination.Standing.Length)));
        Assert.Null(await fixture.At(fixture.Official).ResolveAsync("v1.0.0", default));
    }

    [Fact]
    public async Task A_release_that_nobody_knows_is_told()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => PlanAsync(fixture, null));
        Assert.Contains("no registry has v1.0.0 and no record names it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_withdrawals_grows_and_a_damaged_one_is_refused()
    {
        using Testing.ScratchFolder folder = new();
        string file = Path.Combine(folder.Path, "made", WithdrawalRecord.FileName);
        WithdrawalEntry entry = new()
        {
            Release = "v1.0.0",
            Reason = "a \"hole\"",
            Time = DateTimeOffset.UnixEpoch,
            Subjects = [Digest.Of("x"u8)],
            Destinations = [new WithdrawnDestination("quay.io/test/tiny", [], ["v1.0.0"])],
        };
        WithdrawalRecord record = (await WithdrawalRecord.ReadAsync(file, "tiny", default))
            .With(entry)
            .With(entry with { Reason = "another" });
        await record
            .With(entry with { Destinations = [new WithdrawnDestination("quay.io/test/tiny", ["v1.0.0"], [])] })
            .WriteAsync(file, default);
        WithdrawalRecord read = await WithdrawalRecord.ReadAsync(file, "tiny", default);
        Assert.Equal(["a \"hole\"", "another"], read.Entries.Select(each => each.Reason));
        Assert.Equal(["v1.0.0"], read.Entries[0].Destinations[0].Removed.AsEnumerable());
        await Assert.ThrowsAsync<ContentException>(() => WithdrawalRecord.ReadAsync(file, "other", default));
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"schema\": 1", "\"schema\": 9", StringComparison.Ordinal));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => WithdrawalRecord.ReadAsync(file, "tiny", default));
        Assert.Contains("schema wanted 1, got 9", e.Message, StringComparison.Ordinal);
        File.WriteAllText(file, "{");
        await Assert.ThrowsAsync<ContentException>(() => WithdrawalRecord.ReadAsync(file, "tiny", default));
    }

    /// <summary>Puts another image at the fall-back under the release's tag.</summary>
    private static async Task<ReleasePlan> OtherImageAsync(SignedReleaseFixture fixture, ReleaseRecord record)
    {
        await fixture.AssembleAsync("two");
        ReleasePlan two = (
            await fixture.PublishAsync(
                SignedReleaseFixture.Exact with
                {
                    Tag = "tiny/v1.0.0-r1",
                    Commit = "8" + SignedReleaseFixture.Exact.Commit[1..],
                }
            )
        ).Plan;
        await fixture
            .At(fixture.Fallback)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(two.Index.Digest, default))!, record.Plan.Release, default);
        return two;
    }

    private static Task<WithdrawalPlan> PlanAsync(SignedReleaseFixture fixture, ReleaseRecord? record) =>
        new Withdrawal(fixture.Connect(), _ => { }).PlanAsync(
            new WithdrawalRequest
            {
                Image = "tiny",
                Release = "v1.0.0",
                Reason = "a test",
                Destinations = [fixture.Official, fixture.Fallback],
                Subjects = record is null ? [] : [.. record.Plan.Subjects.Select(subject => subject.Digest)],
                KnownTags = record is null ? [] : [.. record.Plan.Tags.Select(tag => tag.Name)],
            },
            default
        );

    private static Task<System.Collections.Immutable.ImmutableArray<WithdrawnDestination>> CarryOutAsync(
        SignedReleaseFixture fixture,
        WithdrawalPlan plan
    ) => new Withdrawal(fixture.Connect(), _ => { }).CarryOutAsync(plan, default);
}
