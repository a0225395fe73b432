using Slipway.Git;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Publishing to two registries over real sockets: what is written, in which order, and what is refused.</summary>
public class PublisherTests
{
    [Fact]
    public async Task A_plan_is_carried_out_on_both_registries()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        await fixture.AssertPublishedAsync(record.Plan);
        Assert.All(record.Destinations, destination => Assert.Equal((4, 7), (destination.BlobsSent, destination.TagsWritten)));
    }

    [Fact]
    public async Task No_tag_is_written_anywhere_before_everything_was_read_back_everywhere()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        await fixture.PublishAsync();
        RegistryRequest[] all = [.. fixture.Requests];
        HashSet<string> tags = [.. plan.Tags.Select(tag => tag.Name)];
        int first = Array.FindIndex(all, seen =>
            seen.Method == "PUT" && seen.Path.Contains("/manifests/", StringComparison.Ordinal) && tags.Contains(seen.Last)
        );
        Assert.True(first > 0);
        foreach (string host in SignedReleaseFixture.Hosts)
        {
            int content = Array.FindLastIndex(all, first - 1, seen => seen.Host == host && seen.Writes);
            RegistryRequest[] readBack = [.. all[(content + 1)..first].Where(seen => seen.Host == host)];
            Assert.All(plan.Subjects, subject =>
                Assert.Contains(readBack, seen => seen.Method == "GET" && seen.Last == subject.Digest.ToString())
            );
            Assert.All(plan.Signatures, signature =>
                Assert.Contains(readBack, seen => seen.Last == signature.Tag || seen.Last == signature.Manifest.Digest.ToString())
            );
        }
    }

    [Fact]
    public async Task Children_are_written_before_the_index_by_digest_and_by_tag()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        await fixture.PublishAsync();
        foreach (string host in SignedReleaseFixture.Hosts)
        {
            List<string> put =
            [
                .. fixture
                    .Requests.Where(seen =>
                        seen.Host == host && seen.Method == "PUT" && seen.Path.Contains("/manifests/", StringComparison.Ordinal)
                    )
                    .Select(seen => seen.Last),
            ];
            int index = put.IndexOf(plan.Index.Digest.ToString());
            Assert.All(plan.Subjects.Skip(1), child => Assert.InRange(put.IndexOf(child.Digest.ToString()), 0, index - 1));
            Assert.Equal(plan.Tags.Select(tag => tag.Name), put.Where(name => plan.Tags.Any(tag => tag.Name == name)));
        }
    }

    [Fact]
    public async Task The_second_run_writes_nothing()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        await fixture.PublishAsync();
        fixture.Forget();
        ReleaseRecord again = await fixture.PublishAsync();
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        Assert.All(again.Destinations, destination => Assert.Equal((0, 0), (destination.BlobsSent, destination.TagsWritten)));
        await fixture.AssertPublishedAsync(again.Plan);
    }

    [Fact]
    public async Task A_tag_that_names_another_digest_is_refused_before_anything_is_written()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan before = (await fixture.PublishAsync()).Plan;
        await fixture.AssembleAsync("two");
        fixture.Forget();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => fixture.PublishAsync());
        Assert.Contains("was published before and never moves; nothing was tagged", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        await fixture.AssertPublishedAsync(before);
    }

    [Fact]
    public async Task A_tag_that_another_publisher_writes_meanwhile_is_not_overwritten()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        ManifestContent other = (await fixture.Layout.ReadManifestAsync(plan.Subjects[1].Digest, default))!;
        bool sent = false;
        fixture.Faults = seen =>
        {
            // The first tag of all is being written: someone else takes the index's tag now.
            if (!sent && seen is { Method: "PUT", Host: "quay.io" } && seen.Last == plan.Tags[0].Name)
            {
                sent = true;
                fixture.At(fixture.Official).PushManifestAsync(other, plan.Release, default).GetAwaiter().GetResult();
            }

            return null;
        };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => fixture.PublishAsync());
        Assert.Contains($"quay.io/test/tiny:{plan.Release}", e.Message, StringComparison.Ordinal);
        Assert.Equal(plan.Subjects[1].Digest, (await fixture.At(fixture.Official).ResolveAsync(plan.Release, default))?.Digest);
    }

    [Fact]
    public async Task A_moving_tag_follows()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        GitState after = SignedReleaseFixture.Exact with { Distance = 1 };
        await fixture.PublishAsync(after);
        await fixture.AssembleAsync("two");
        ReleaseRecord record = await fixture.PublishAsync(
            after with
            {
                Distance = 2,
                Commit = "9" + SignedReleaseFixture.Exact.Commit[1..],
            }
        );
        await fixture.AssertPublishedAsync(record.Plan);
        Assert.Equal(fixture.Index.Digest, (await fixture.At(fixture.Fallback).ResolveAsync("build-main", default))?.Digest);
    }

    [Theory]
    [InlineData("stand-in", "holds stand-ins for kubelet")]
    [InlineData("rehearsal", "was made by a rehearsal")]
    [InlineData("dirty", "uncommitted changes")]
    [InlineData("untagged", "no git tag")]
    public async Task What_is_for_a_rehearsal_reaches_no_other_registry(string what, string because)
    {
        GitState git = SignedReleaseFixture.Exact with
        {
            IsDirty = what == "dirty",
            Tag = what == "untagged" ? null : SignedReleaseFixture.Exact.Tag,
        };
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(
            standIn: what == "stand-in" ? "kubelet" : null,
            rehearsal: what == "rehearsal"
        );
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => fixture.PublishAsync(git));
        Assert.Equal(what is "dirty" or "untagged", e is ReleaseException);
        Assert.Equal(what is "stand-in" or "rehearsal", e is ContentException);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);

        await using SignedReleaseFixture rehearsal = await SignedReleaseFixture.CreateAsync(
            announce: true,
            what == "stand-in" ? "kubelet" : null,
            what == "rehearsal"
        );
        await rehearsal.AssertPublishedAsync((await rehearsal.PublishAsync(git)).Plan);
    }

    [Fact]
    public async Task A_signature_of_others_stays_and_ours_comes_after_it()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        SignatureManifest theirs = await PushForeignSignatureAsync(fixture, plan);
        await fixture.PublishAsync();
        Repository site = fixture.At(fixture.Official);
        Descriptor there = (await site.ResolveAsync(plan.Signatures[0].Tag, default))!;
        SignatureManifest now = SignatureManifest.Parse((await site.ReadManifestAsync(there.Digest, default))!);
        Assert.Equal(2, now.Layers.Length);
        Assert.Equal(theirs.Layers[0], now.Layers[0]);
        await fixture.AssertPublishedAsync(plan);
        fixture.Forget();
        await fixture.PublishAsync();
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task Signatures_that_our_policy_does_not_accept_leave_everything_untagged()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        ReleasePlan plan = await fixture.PlanAsync();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => fixture.PublishAsync(plan, other.Key));
        Assert.EndsWith("nothing was tagged", e.Message, StringComparison.Ordinal);
        await fixture.AssertUntaggedAsync(plan);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task With_one_registry_down_nothing_is_tagged_on_the_other(int down)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        await fixture.StopAsync(down);
        RemoteException e = await Assert.ThrowsAnyAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_registry_that_does_not_let_us_push_is_found_before_the_other_gets_a_byte(int refusing)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        fixture.Faults = seen => seen.Host == SignedReleaseFixture.Hosts[refusing] && seen.Method == "POST" ? Fault.Answer(403) : null;
        RemoteException e = await Assert.ThrowsAnyAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Method is "PUT" or "PATCH");
        Assert.Null(fixture.Record);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Only_a_definite_404_means_that_a_tag_is_absent(int status)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen => seen.Host == "docker.io" && seen.Last == plan.Release ? Fault.Answer(status) : null;
        await Assert.ThrowsAnyAsync<RemoteException>(() => fixture.PublishAsync());
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    private static async Task<SignatureManifest> PushForeignSignatureAsync(SignedReleaseFixture fixture, ReleasePlan plan)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-foreign-");
        using KeySigner signer = KeySigner.CreateThrowAway();
        TrustStore store = TrustStore.Create(folder.FullName);
        await store.SignAsync(new SignedImage(fixture.Layout, plan.Index.Digest, fixture.Official), [], signer, default);
        Descriptor stored = (await store.Layout.ResolveAsync(plan.Signatures[0].Tag, default))!;
        ManifestContent content = (await store.Layout.ReadManifestAsync(stored.Digest, default))!;
        foreach (Descriptor blob in Manifest.Parse(content.Bytes).Blobs)
            await fixture.At(fixture.Official).PushBlobAsync(blob, () => store.Layout.OpenBlob(blob), default);
        await fixture.At(fixture.Official).PushManifestAsync(content, plan.Signatures[0].Tag, default);
        folder.Delete(recursive: true);
        return SignatureManifest.Parse(content);
    }
}
