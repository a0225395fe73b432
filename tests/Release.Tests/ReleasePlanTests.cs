using System.Text;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release.Tests;

public class ReleasePlanTests
{
    [Fact]
    public async Task A_plan_names_every_subject_signature_tag_and_destination()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        Assert.Equal(("tiny", "v1.0.0", null, false, null), (plan.Image, plan.Release, plan.StandIn, plan.IsRehearsal, plan.RehearsalOnly));
        Assert.Equal([null, Platform.LinuxAmd64, Platform.LinuxArm64], plan.Subjects.Select(subject => subject.Platform));
        Assert.Equal(fixture.Index, plan.Index);
        Assert.Equal(plan.Subjects.Select(subject => subject.Digest), plan.Signatures.Select(signature => signature.Subject));
        Assert.Equal(
            plan.Subjects.Select(subject => $"sha256-{subject.Digest.Hex}.sig"),
            plan.Signatures.Select(signature => signature.Tag)
        );
        Assert.Equal(["quay.io/test/tiny", "docker.io/mirror/tiny"], plan.Destinations.Select(destination => destination.Name));
        Assert.All(plan.Tags, tag => Assert.Equal(tag.Platform, plan.SubjectOf(tag).Platform));
    }

    [Fact]
    public async Task An_unsigned_image_has_no_plan()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        fixture.Store.Layout.WriteIndex(new Oci.Index([.. fixture.Store.Layout.ReadIndex().Manifests.Skip(1)]));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => fixture.PlanAsync());
        Assert.EndsWith("has no signature. Run ./build.sh Sign --images tiny", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stand_ins_and_rehearsals_are_seen_in_the_layout()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(standIn: "kubelet", rehearsal: true);
        ReleasePlan plan = await fixture.PlanAsync();
        Assert.Equal(("kubelet", true), (plan.StandIn, plan.IsRehearsal));
    }

    [Fact]
    public async Task A_stand_in_is_seen_when_only_a_child_is_marked()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(standIn: "kubelet");
        Oci.Index marked = Oci.Index.Parse((await fixture.Layout.ReadManifestAsync(fixture.Index.Digest, default))!.Bytes);
        Descriptor unmarked = await fixture.Layout.AddManifestAsync(
            new ManifestContent(MediaType.Index, (marked with { Annotations = Descriptor.NoAnnotations }).ToBytes())
        );
        fixture.Layout.WriteIndex(new Oci.Index([unmarked]));
        await fixture.Store.SignAsync(new SignedImage(fixture.Layout, unmarked.Digest, fixture.Official), [], fixture.Signer, default);
        Assert.Equal("kubelet", (await fixture.PlanAsync()).StandIn);
    }

    [Fact]
    public async Task The_document_is_the_same_each_time_and_says_what_goes_where()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync(SignedReleaseFixture.Exact with { Distance = 1 });
        byte[] bytes = PlanDocument.ToBytes(plan);
        Assert.Equal(bytes, PlanDocument.ToBytes(await fixture.PlanAsync(SignedReleaseFixture.Exact with { Distance = 1 })));
        Assert.Equal((byte)'\n', bytes[^1]);
        Assert.DoesNotContain("\r", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("standIn").ValueKind);
        Assert.Equal(2, root.GetProperty("destinations").GetArrayLength());
        JsonElement tags = root.GetProperty("destinations")[1].GetProperty("tags");
        Assert.Equal(plan.Tags.Select(tag => tag.Name), tags.EnumerateArray().Select(tag => tag.GetProperty("tag").GetString()));
        Assert.Equal(
            plan.Tags.Select(tag => plan.SubjectOf(tag).Digest.ToString()),
            tags.EnumerateArray().Select(tag => tag.GetProperty("digest").GetString())
        );
        Assert.Equal(plan.Tags.Select(tag => tag.Moves), tags.EnumerateArray().Select(tag => tag.GetProperty("moves").GetBoolean()));
    }

    [Fact]
    public async Task A_record_says_the_reference_by_digest_and_each_destinations_tags()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        Assert.Equal($"quay.io/test/tiny@{fixture.Index.Digest}", record.Reference.ToString());
        using JsonDocument document = JsonDocument.Parse(record.ToBytes());
        Assert.Equal(record.Reference.ToString(), document.RootElement.GetProperty("reference").GetString());
        Assert.Equal(
            fixture.Index.Digest.ToString(),
            document.RootElement.GetProperty("destinations")[1].GetProperty("tags").GetProperty("v1.0.0").GetString()
        );
    }
}
