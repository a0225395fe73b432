using System.Text;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>Assets of releases (GitHub, "REST API endpoints for release assets").</summary>
public sealed class AssetTests
{
    private const string Text = "the bytes of an asset\n";

    [Fact]
    public async Task A_file_is_uploaded_once_and_found_as_it_is()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        AssetFile file = await fixture.FileAsync("a.txt", Text);
        List<long> sent = [];

        PutAsset first = await fixture.Repository.Assets.PutAsync(draft, file, sent.Add, default);
        Assert.True(first.IsNew);
        Assert.Equal((file.Digest, file.Size, "a.txt"), (first.Asset.Digest, first.Asset.Size, first.Asset.Name));
        Assert.Equal(Text.Length, sent[^1]);
        StandInAsset there = fixture.Far.Releases.Single().Assets.Single();
        Assert.Equal((Text, "text/plain"), (Encoding.UTF8.GetString(there.Content), there.MediaType));

        PutAsset second = await fixture.Repository.Assets.PutAsync(draft, file, null, default);
        Assert.Equal(first.Asset, second.Asset);
        Assert.False(second.IsNew);
        Assert.Single(fixture.Server.Requests, asked => asked.Method == "POST" && asked.Path.EndsWith("/assets", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(GitHubFault.BadGateway)]
    [InlineData(GitHubFault.BadGatewayAfterwards)]
    [InlineData(GitHubFault.BadGatewayDuringUpload)]
    [InlineData(GitHubFault.Cut)]
    [InlineData(GitHubFault.CutAfterwards)]
    [InlineData(GitHubFault.SecondaryLimit)]
    public async Task However_an_upload_goes_wrong_the_file_is_there_once_and_whole(GitHubFault fault)
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        AssetFile file = await fixture.FileAsync("a.txt", new string('x', 1_000_000));
        fixture.Server.Fail("POST", "/assets", fault);

        PutAsset put = await fixture.Repository.Assets.PutAsync(draft, file, null, default);
        Assert.True(put.IsNew);
        StandInAsset there = fixture.Far.Releases.Single().Assets.Single();
        Assert.Equal(("uploaded", 1_000_000), (there.State, there.Content.Length));
    }

    [Fact]
    public async Task What_another_run_left_of_an_upload_is_replaced()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        fixture.Far.Releases.Single().Assets.Add(new StandInAsset(7, "a.txt", "text/plain", "starter", []));
        AssetFile file = await fixture.FileAsync("a.txt", Text);
        Assert.True((await fixture.Repository.Assets.PutAsync(draft, file, null, default)).IsNew);
        Assert.Equal("uploaded", fixture.Far.Releases.Single().Assets.Single().State);
    }

    [Fact]
    public async Task Another_file_of_that_name_is_replaced_in_a_draft_and_stays_in_what_is_published()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        await fixture.Repository.Assets.PutAsync(draft, await fixture.FileAsync("a.txt", "other bytes of one"), null, default);
        AssetFile file = await fixture.FileAsync("a.txt", Text);
        Assert.True((await fixture.Repository.Assets.PutAsync(draft, file, null, default)).IsNew);

        GitHubRelease published = await fixture.Repository.Releases.PublishAsync(draft, isLatest: true, default);
        Assert.False((await fixture.Repository.Assets.PutAsync(published, file, null, default)).IsNew);
        AssetFile changed = await fixture.FileAsync("a.txt", "changed");
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            fixture.Repository.Assets.PutAsync(published, changed, null, default)
        );
        Assert.Contains("it is published", e.Message, StringComparison.Ordinal);
        Assert.Equal(Text, Encoding.UTF8.GetString(fixture.Far.Releases.Single().Assets.Single().Content));
    }

    [Theory]
    [InlineData(Text, false)]
    [InlineData("the bytes of an ASSET\n", true)]
    public async Task Where_GitHub_tells_no_hash_the_bytes_are_read_back(string there, bool isNew)
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Far.TellsDigests = false;
        GitHubRelease draft = await DraftAsync(fixture);
        fixture.Far.Releases.Single().Assets.Add(new StandInAsset(7, "a.txt", "text/plain", "uploaded", Encoding.UTF8.GetBytes(there)));
        Assert.Equal(isNew, (await fixture.Repository.Assets.PutAsync(draft, await fixture.FileAsync("a.txt", Text), null, default)).IsNew);
        Assert.Equal(Text, Encoding.UTF8.GetString(fixture.Far.Releases.Single().Assets.Single().Content));
    }

    [Fact]
    public async Task A_download_goes_to_the_host_that_has_the_bytes_without_the_token()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        AssetFile file = await fixture.FileAsync("a.txt", Text);
        ReleaseAsset asset = (await fixture.Repository.Assets.PutAsync(draft, file, null, default)).Asset;
        using MemoryStream got = new();
        Assert.Equal(file.Digest, await fixture.Repository.Assets.DownloadAsync(asset, got, default));
        Assert.Equal(Text, Encoding.UTF8.GetString(got.ToArray()));
        Assert.False(fixture.Server.Requests.Single(asked => asked.IsStorage).HasToken);
    }

    [Fact]
    public async Task A_download_of_other_bytes_than_GitHub_says_is_refused()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        ReleaseAsset asset = (await fixture.Repository.Assets.PutAsync(draft, await fixture.FileAsync("a.txt", Text), null, default)).Asset;
        foreach (string other in (string[])["the bytes of an ASSET\n", "short", Text + "more"])
        {
            StandInRelease far = fixture.Far.Releases.Single();
            far.Assets[0] = far.Assets[0] with { Content = Encoding.UTF8.GetBytes(other) };
            using MemoryStream got = new();
            await Assert.ThrowsAsync<ContentException>(() => fixture.Repository.Assets.DownloadAsync(asset, got, default));
            Assert.InRange(got.Length, 0, Text.Length);
        }
    }

    [Fact]
    public async Task What_is_published_is_found_where_people_look_for_it()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await DraftAsync(fixture);
        ReleaseAsset asset = (await fixture.Repository.Assets.PutAsync(draft, await fixture.FileAsync("a.txt", Text), null, default)).Asset;
        using HttpClient browser = new();
        Assert.Equal(404, (int)(await browser.GetAsync(asset.Download)).StatusCode);
        await fixture.Repository.Releases.PublishAsync(draft, isLatest: true, default);
        Assert.Equal(Text, await browser.GetStringAsync(asset.Download));
    }

    [Theory]
    [InlineData("a b.txt")]
    [InlineData(".hidden")]
    [InlineData("end.")]
    [InlineData("ünicode")]
    [InlineData("a\u001b[31m")]
    public async Task A_name_that_GitHub_would_change_is_refused(string name)
    {
        using ScratchFolder folder = new();
        string path = folder.Write("a.txt", Text);
        FormatException e = await Assert.ThrowsAsync<FormatException>(() => AssetFile.ReadAsync(path, "text/plain", name, default));
        Assert.DoesNotContain("\u001b", e.Message, StringComparison.Ordinal);
    }

    internal static async Task<GitHubRelease> DraftAsync(GitHubFixture fixture) =>
        await fixture.Repository.Releases.CreateDraftAsync(await ReleaseTests.WantedAsync(fixture), default);
}
