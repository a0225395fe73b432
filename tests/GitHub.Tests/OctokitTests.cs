using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>What Octokit does otherwise by itself, measured at 14.0.0: here it goes over our own wire.</summary>
public sealed class OctokitTests
{
    private const long ThreeGigabytes = 3L << 30;

    private static string Hash { get; } = "sha256:" + new string('a', 64);

    [Fact]
    public async Task A_file_of_3_GiB_is_sent_in_pieces_and_its_asset_is_read_with_size_number_and_hash()
    {
        using ScratchFolder folder = new();
        string path = folder.At("large");
        await using (FileStream sparse = File.Create(path))
            sparse.SetLength(ThreeGigabytes);
        GitHubHandler far = new(request =>
            request.Method == HttpMethod.Post ? GitHubHandler.Answer(201, Asset()) : GitHubHandler.Answer(200, "[]")
        );
        (long before, long largest) = (0, 0);
        void Sent(long sent) => (before, largest) = (sent, Math.Max(largest, sent - before));

        AssetFile file = new("large", path, "application/octet-stream", ThreeGigabytes, Digest.Parse(Hash));
        PutAsset put = await far.Repository().Assets.PutAsync(await HostTests.ReleaseAsync(), file, Sent, default);
        Assert.Equal((ThreeGigabytes, ThreeGigabytes + 1, Hash), (put.Asset.Size, put.Asset.Id, put.Asset.Digest!.ToString()));
        Assert.Equal(ThreeGigabytes, before);
        Assert.InRange(largest, 1, 1 << 20);
    }

    [Fact]
    public async Task Such_an_asset_is_listed_and_deleted_by_its_number_and_does_not_hide_its_release()
    {
        JsonNode release = JsonNode.Parse(GitHubHandler.Release())!;
        release["assets"] = new JsonArray(JsonNode.Parse(Asset()));
        GitHubHandler far = new(request =>
            request.Method == HttpMethod.Delete
                ? GitHubHandler.Answer(204)
                : GitHubHandler.Answer(
                    200,
                    request.RequestUri!.AbsolutePath.EndsWith("/assets", StringComparison.Ordinal) ? $"[{Asset()}]"
                        : request.RequestUri.Query.Length > 0 ? $"[{release}]"
                        : release.ToString()
                )
        );
        GitHubRelease found = (await far.Repository().Releases.FindPublishedAsync("v1", default))!;
        Assert.Equal([found], await far.Repository().Releases.FindAllAsync("v1", default));
        ReleaseAsset asset = (await far.Repository().Assets.ListAsync(found, default)).Single();
        Assert.Equal((ThreeGigabytes, Hash), (asset.Size, asset.Digest!.ToString()));
        await far.Repository().Assets.DeleteAsync(asset, default);
        Assert.Equal($"/repos/poseidon/kubelet/releases/assets/{ThreeGigabytes + 1}", far.Requests[^1].Address.AbsolutePath);
    }

    [Fact]
    public async Task Of_an_answer_of_300_MB_no_more_is_read_than_16_MiB()
    {
        using CountedBody body = new(300L << 20);
        GitHubHandler far = new(_ => new HttpResponseMessage { Content = new StreamContent(body) });
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().ReadAsync(default));
        Assert.Contains("more than 16777216 bytes", e.Message, StringComparison.Ordinal);
        Assert.InRange(body.BytesRead, 16 << 20, (16 << 20) + (64 << 10));
    }

    [Fact]
    public async Task An_answer_of_a_million_values_is_not_taken_apart()
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(200, $"[{string.Join(',', Enumerable.Repeat("0", 1_000_001))}]"));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().ReadAsync(default));
        Assert.Contains("more than 1000000 values", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.github.com:8443/x")]
    [InlineData("https://api.github.com.evil.example/x")]
    public async Task The_token_goes_to_no_other_port_and_no_other_host(string elsewhere)
    {
        GitHubHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/x"
                ? GitHubHandler.Answer(200, "bytes")
                : GitHubHandler.Answer(302, "", ("Location", elsewhere))
        );
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().ReadAsync(default));
        Assert.Contains("it redirects to another host", e.Message, StringComparison.Ordinal);
        ReleaseAsset asset = new(1, "a", 5)
        {
            IsUploaded = true,
            Digest = null,
            Download = new Uri("https://github.com/a"),
        };
        await far.Repository().Assets.DownloadAsync(asset, Stream.Null, default);
        Assert.Equal(
            ["Bearer " + GitHubHandler.Token, "Bearer " + GitHubHandler.Token, null],
            far.Requests.Select(asked => asked.Authorization)
        );
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task What_writes_is_not_sent_to_where_a_redirect_says(int status)
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(status, "", ("Location", "https://api.github.com/repositories/1/releases")));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default)
        );
        Assert.Contains("the repository has moved", e.Message, StringComparison.Ordinal);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task A_request_has_our_headers_and_none_of_Octokits()
    {
        List<string> fields = [];
        GitHubHandler far = new(request =>
        {
            fields.AddRange(request.Headers.Select(field => $"{field.Key}: {string.Join(',', field.Value)}"));
            return GitHubHandler.Answer(200, """{"default_branch":"main"}""");
        });
        await far.Repository().ReadAsync(default);
        Assert.Equal(
            [
                "Accept: application/vnd.github+json",
                $"Authorization: Bearer {GitHubHandler.Token}",
                "User-Agent: slipway",
                "X-GitHub-Api-Version: 2022-11-28",
            ],
            fields.Order()
        );
    }

    [Fact]
    public async Task Octokit_itself_is_nobody_and_reaches_no_other_host()
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(200, "{}"));
        GitHubRequests wire = new(
            new HttpTransport(far, far.RetryPolicy, far.Time, far.Notices.Add),
            GitHubHosts.Default.Of("github.com"),
            new GitHubToken(GitHubHandler.Token, "GH_TOKEN"),
            far.Time
        );
        using OctokitHttpClient http = new(wire, new GitHubCall("here", "try"), null, default);
        Assert.Equal(Octokit.AuthenticationType.Anonymous, http.Connection.Connection.Credentials.AuthenticationType);
        foreach (string elsewhere in (string[])["https://evil.example/x", "https://api.github.com:8443/x", "http://api.github.com/x"])
            await Assert.ThrowsAsync<GitHubException>(() => http.Connection.Post<object>(new Uri(elsewhere), new { secret = 1 }));
        Assert.Empty(far.Requests);
    }

    [Fact]
    public async Task Texts_arrive_as_they_are()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        string notes = string.Concat(Enumerable.Range(1, 0x2FF).Select(c => (char)c)) + "\u2028 \U0001F600 </script> \"quoted\" \\ %s";
        GitHubRelease draft = await fixture.Repository.Releases.CreateDraftAsync(
            await ReleaseTests.WantedAsync(fixture) with
            {
                Notes = notes,
            },
            default
        );
        Assert.Equal(notes, fixture.Far.Releases.Single().Notes);
        Assert.Equal(notes, draft.Notes);
    }

    [Fact]
    public void Octokits_model_gets_what_is_read_as_it_is_and_no_number_long_text_or_member_besides()
    {
        JsonObject answer = new(
            typeof(Octokit.ReleaseAsset)
                .GetProperties()
                .Where(property => property.PropertyType == typeof(int))
                .Select(property =>
                    KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), (JsonNode?)ThreeGigabytes)
                )
        );
        Assert.Equal(["download_count", "id", "size"], answer.Select(field => field.Key).Order());
        (answer["body"], answer["visibility"]) = ("long", "a word of tomorrow");
        JsonObject read = new() { ["name"] = "\u00E9\u2028\"\\<", ["parents"] = new JsonArray(null, true, 1.50, "x") };
        answer["author"] = read.DeepClone();
        answer["author"]!["id"] = 1;
        using JsonDocument document = JsonDocument.Parse(answer.ToJsonString());
        JsonNode left = JsonNode.Parse(ModelBody.Of(document.RootElement))!;
        Assert.True(JsonNode.DeepEquals(left, new JsonObject { ["author"] = read }), left.ToJsonString());
    }

    private static string Asset() =>
        $$"""
            {"id":{{ThreeGigabytes
                + 1}},"name":"large","size":{{ThreeGigabytes}},"download_count":{{ThreeGigabytes}},"state":"uploaded","digest":"{{Hash}}",
            "browser_download_url":"https://github.com/a"}
            """;

    /// <summary>Blanks, as many as are said to come; counts those that were taken.</summary>
    private sealed class CountedBody(long length) : MemoryStream
    {
        public long BytesRead { get; private set; }

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = (int)Math.Min(buffer.Length, length - BytesRead);
            buffer.Span[..count].Fill((byte)' ');
            BytesRead += count;
            return ValueTask.FromResult(count);
        }
    }
}
