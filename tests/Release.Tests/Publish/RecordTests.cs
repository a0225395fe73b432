using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>What <c>release.json</c> says, wherever a publication ended.</summary>
public class RecordTests
{
    [Fact]
    public async Task A_publication_that_ended_well_is_complete()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord made = await fixture.PublishAsync();
        Assert.Equal(PublishPhase.Done, fixture.Record!.Phase);
        using JsonDocument json = JsonDocument.Parse(made.ToBytes());
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal("done", json.RootElement.GetProperty("phase").GetString());
        Assert.All(json.RootElement.GetProperty("destinations").EnumerateArray(), site =>
        {
            Assert.Equal(made.Plan.Tags.Length, site.GetProperty("tags").EnumerateObject().Count());
            Assert.Empty(site.GetProperty("unread").EnumerateArray());
        });
    }

    [Theory]
    [InlineData("PUT", "/blobs/uploads/", PublishPhase.Blobs)]
    [InlineData("PUT", "/manifests/sha256:", PublishPhase.Manifests)]
    [InlineData("PUT", "/manifests/sha256-", PublishPhase.Signatures)]
    [InlineData("GET", "/manifests/", PublishPhase.ReadBack)]
    public async Task A_failure_before_the_tags_says_in_which_phase_and_that_nothing_was_tagged(
        string method,
        string part,
        PublishPhase phase
    )
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == method && seen.Path.Contains(part, StringComparison.Ordinal)
                ? Fault.Answer(503)
                : null;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.EndsWith(". Nothing was tagged", e.Message, StringComparison.Ordinal);
        Assert.Equal(phase, fixture.Record!.Phase);
        Assert.All(fixture.Record.Destinations, site => Assert.Empty(site.Tags));
    }

    [Fact]
    public async Task A_check_that_fails_leaves_the_record_of_the_publication_before()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        await fixture.PublishAsync();
        await fixture.AssembleAsync("two");
        await Assert.ThrowsAsync<ContentException>(() => fixture.PublishAsync());
        Assert.Null(fixture.Record);
    }

    [Fact]
    public async Task A_failure_between_two_tags_records_just_those_that_stand()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[2].Name ? Fault.Answer(503) : null;
        await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.Equal(PublishPhase.Tags, fixture.Record!.Phase);
        Assert.Equal([3, 2], fixture.Record.Destinations.Select(site => site.Tags.Count));
        Assert.Equal(plan.Tags.Take(3).Select(tag => tag.Name).Order(StringComparer.Ordinal), fixture.Record.Destinations[0].Tags.Keys);
        Assert.All(fixture.Record.Destinations, site => Assert.Empty(site.Unread));
    }

    [Fact]
    public async Task A_tag_whose_answer_was_lost_is_found_to_stand()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[2].Name ? Fault.LostAnswer : null;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.Equal([3, 3], fixture.Record!.Destinations.Select(site => site.Tags.Count));
        Assert.Contains($"3 of {plan.Tags.Length} tags exist on {fixture.Fallback.Name}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_of_a_registry_that_went_down_are_unread_but_for_those_that_were_written()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        bool isDown = false;
        fixture.Faults = seen =>
            seen.Host == "docker.io" && (isDown |= seen.Method == "PUT" && seen.Last == plan.Tags[2].Name) ? Fault.Reset : null;
        await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.Equal(2, fixture.Record!.Destinations[1].Tags.Count);
        Assert.Equal(plan.Tags.Skip(2).Select(tag => tag.Name), fixture.Record.Destinations[1].Unread);
        Assert.Empty(fixture.Record.Destinations[0].Unread);
    }

    [Fact]
    public async Task A_rerun_that_fails_still_knows_the_tags_of_the_run_before()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen => seen.Method == "PUT" && seen.Last == plan.Tags[3].Name ? Fault.Answer(503) : null;
        await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        fixture.Faults = seen => seen.Method == "GET" && seen.Host == "docker.io" ? Fault.Answer(503) : null;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.NotEqual(PublishPhase.Tags, fixture.Record!.Phase);
        Assert.Equal([3, 3], fixture.Record.Destinations.Select(site => site.Tags.Count));
        Assert.Contains($"3 of {plan.Tags.Length} tags exist on {fixture.Official.Name}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_whole_on_a_registry_that_a_later_run_leaves_out_stays_and_what_was_begun_is_left_out_still()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[2].Name ? Fault.Answer(503) : null;
        await Assert.ThrowsAsync<RemoteException>(() => fixture.PublishAsync());
        RecordedRelease begun = RecordedRelease.Parse(fixture.Record!.ToBytes(), "begun");
        fixture.Faults = _ => null;
        ReleaseRecord whole = await fixture.PublishAsync();
        ReleaseRecord one = whole with
        {
            Plan = plan with { Destinations = [plan.Destinations[0]], LeftOut = [plan.Destinations[1]] },
            Destinations = [whole.Destinations[0]],
        };
        Assert.Empty(one.After(begun).Earlier);
        Assert.Empty(one.After(null).Earlier);
        Assert.Equal(plan.Destinations[1], Assert.Single(one.After(RecordedRelease.Parse(whole.ToBytes(), "whole")).Earlier).Repository);
        Assert.Empty(one.After(RecordedRelease.Parse(whole.ToBytes(), "whole") with { Release = "v9.9.9" }).Earlier);
    }

    [Fact]
    public async Task Before_each_phase_it_is_kept_so_that_a_killed_run_has_told_it()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        List<PublishPhase> kept = [];
        fixture.Faults = seen =>
        {
            // Requests come at the same time.
            lock (kept)
            {
                if (seen.Writes && fixture.Record is { } record && kept.LastOrDefault() != record.Phase)
                    kept.Add(record.Phase);
                return null;
            }
        };
        await fixture.PublishAsync();
        Assert.Equal([PublishPhase.Blobs, PublishPhase.Manifests, PublishPhase.Signatures, PublishPhase.Tags], kept);
    }

    [Fact]
    public async Task A_disk_that_is_full_hides_neither_the_failure_nor_the_tags_that_stand()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[2].Name ? Fault.Answer(403) : null;
        Publisher publisher = new(fixture.Connect, Trust.VerificationPolicy.RequireKey(fixture.Signer.Key), _ => { });
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() =>
            publisher.PublishAsync(
                new ReleaseContent(plan, fixture.Layout, fixture.Store.Layout),
                record =>
                    record.Destinations.Any(site => site.TagsWritten > 0)
                        ? throw new IOException("no space left on device")
                        : Task.CompletedTask,
                default
            )
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains($"3 of {plan.Tags.Length} tags exist on {fixture.Official.Name}", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("It could not be recorded: no space left on device", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_replaces_a_file_in_one_step()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        string folder = Directory.CreateTempSubdirectory("slipway-record-").FullName,
            file = Path.Combine(folder, ReleaseRecord.FileName);
        await record.WriteAsync(file);
        await record.WriteAsync(file);
        Assert.Equal(record.ToBytes(), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }
}
