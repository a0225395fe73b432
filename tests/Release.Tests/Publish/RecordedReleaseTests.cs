using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Release.Tests;

public class RecordedReleaseTests
{
    private static readonly string Digest = Oci.Digest.Of("x"u8).ToString();

    [Fact]
    public async Task What_a_publication_wrote_is_read_back()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await fixture.PublishAsync();
        RecordedRelease read = RecordedRelease.Parse(record.ToBytes(), "here");
        Assert.Equal(("tiny", "v1.0.0", "here"), (read.Image, read.Release, read.Origin));
        Assert.Equal(record.Plan.Subjects.Select(subject => subject.Digest), read.Subjects);
        Assert.Equal(record.Destinations.Select(destination => destination.Repository.Name).Order(), read.Tags.Keys);
        Assert.All(record.Destinations, destination => Assert.Equal(destination.Tags, read.Tags[destination.Repository.Name]));
    }

    [Fact]
    public async Task Records_are_found_at_any_depth()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        string json = Encoding.UTF8.GetString((await fixture.PublishAsync()).ToBytes());
        using ScratchFolder folder = new();
        folder.Write("b/c/release.json", json);
        folder.Write("a/release.json", json);
        folder.Write("a/plan.json", "no record");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "loop"), folder.Path);
        Assert.Equal(2, (await RecordedRelease.ReadAllAsync(folder.Path, default)).Length);
    }

    [Fact]
    public async Task A_folder_without_a_record_is_no_folder_of_records()
    {
        using ScratchFolder folder = new();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => RecordedRelease.ReadAllAsync(folder.Path, default));
        Assert.Contains(folder.Path, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("schema wanted 1, got 2", "\"schema\":1", "\"schema\":2")]
    [InlineData("is not a release", "\"release\":\"v1.0.0\"", "\"release\":\"latest\"")]
    [InlineData("is not a tag", "\"v1.0.0\":\"DIGEST\"", "\"../v1\":\"DIGEST\"")]
    [InlineData("digest", "\"v1.0.0\":\"DIGEST\"", "\"v1.0.0\":\"sha256:1\"")]
    [InlineData("names nothing", "\"v1.0.0\":\"DIGEST\"", "\"v1.0.0\":null")]
    [InlineData(
        "quay.io/test/tiny is listed twice",
        "\"destinations\":[",
        "\"destinations\":[{\"repository\":\"quay.io/test/tiny\",\"tags\":{}},"
    )]
    [InlineData("here", "\"quay.io/test/tiny\"", "\"tiny\"")]
    [InlineData("here", "\"quay.io/test/tiny\",", "\"quay.io/test/tiny\"")]
    [InlineData("here", "\"image\":\"tiny\",", "")]
    [InlineData("here", "{\"schema\":1", "[")]
    public void A_damaged_record_is_refused_by_name(string because, string part, string damage)
    {
        string sound =
            """{"schema":1,"image":"tiny","release":"v1.0.0","reference":"r","subjects":[{"digest":"DIGEST"}],"destinations":[{"repository":"quay.io/test/tiny","tags":{"v1.0.0":"DIGEST"}}]}""";
        Assert.Single(RecordedRelease.Parse(Bytes(sound), "here").Tags);
        Assert.Contains(part, sound, StringComparison.Ordinal);
        ContentException e = Assert.Throws<ContentException>(() =>
            RecordedRelease.Parse(Bytes(sound.Replace(part, damage, StringComparison.Ordinal)), "here")
        );
        Assert.StartsWith("here", e.Message, StringComparison.Ordinal);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json.Replace("DIGEST", Digest, StringComparison.Ordinal));
}
