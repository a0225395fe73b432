using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>Answers that no sound server gives.</summary>
public sealed class HostileAnswersTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("[1]")]
    [InlineData("[{\"id\":1,\"id\":2}]")]
    [InlineData("<html>")]
    public async Task What_is_no_list_of_releases_is_refused(string body) =>
        await RefusedAsync(_ => GitHubHandler.Answer(200, body), "its response does not match GitHub's description");

    [Theory]
    [InlineData("\"id\":1", "\"id\":\"1\"")]
    [InlineData("\"id\":1", "\"id\":1e99")]
    [InlineData("\"id\":1", "\"id\":1,\"id\":2")]
    [InlineData("\"tag_name\":\"v1\"", "\"tag_name\":\"v1\\u001b[31m\"")]
    [InlineData("\"tag_name\":\"v1\"", "\"tag_name\":null")]
    [InlineData("\"draft\":false", "\"draft\":\"no\"")]
    [InlineData("\"published_at\":\"2026-01-01T00:00:00Z\"", "\"published_at\":\"yesterday\"")]
    [InlineData("https://github.com/poseidon", "javascript:alert(1)//")]
    [InlineData("https://github.com/poseidon", "https://user:secret@github.com/poseidon")]
    public async Task A_release_that_is_none_is_refused(string part, string other) =>
        await RefusedAsync(
            _ => GitHubHandler.Answer(200, $"[{GitHubHandler.Release().Replace(part, other, StringComparison.Ordinal)}]"),
            "its response does not match GitHub's description"
        );

    [Fact]
    public async Task A_deep_answer_and_an_endless_one_are_not_read_to_the_end()
    {
        await RefusedAsync(_ => GitHubHandler.Answer(200, new string('[', 5000)), "its response does not match GitHub's description");
        await RefusedAsync(
            _ => new HttpResponseMessage { Content = new ByteArrayContent(new byte[(16 << 20) + 1]) },
            "more than 16777216 bytes"
        );
    }

    [Theory]
    [InlineData("<https://evil.example/repos>; rel=\"next\"", "its next page is on another host")]
    [InlineData("<http://api.github.com/x>; rel=\"next\"", "its next page")]
    [InlineData("<https://127.0.0.1/x>; rel=\"next\"", "its next page")]
    [InlineData("<file:///etc/passwd>; rel=\"next\"", "its next page")]
    [InlineData("<https://api.github.com/repos/poseidon/kubelet/releases?per_page=30>; rel=\"next\"", "form a circle")]
    [InlineData("rel=next", "breaks the grammar")]
    public async Task A_page_does_not_lead_where_we_do_not_go(string link, string because)
    {
        GitHubHandler far = await RefusedAsync(_ => GitHubHandler.Answer(200, "[]", ("Link", link)), because);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task Pages_that_never_end_end()
    {
        int page = 0;
        GitHubHandler far = await RefusedAsync(
            _ => GitHubHandler.Answer(200, "[]", ("Link", $"<https://api.github.com/x?page={++page}>; rel=\"next\"")),
            "more than 100 pages"
        );
        Assert.Equal(100, far.Requests.Count);
    }

    [Theory]
    [InlineData("https://evil.example/x", "redirects to another host, https://evil.example/x")]
    [InlineData("http://api.github.com/x", "leaves https")]
    [InlineData("https://127.0.0.1/x", "points to this machine")]
    [InlineData("", "no Location")]
    public async Task A_redirect_of_the_API_leads_nowhere_else(string location, string because)
    {
        GitHubHandler far = await RefusedAsync(_ => GitHubHandler.Answer(301, "", ("Location", location)), because);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task Redirects_that_never_end_end_and_a_repository_that_was_renamed_is_read_and_not_written()
    {
        int hop = 0;
        Assert.Equal(
            6,
            (
                await RefusedAsync(
                    _ => GitHubHandler.Answer(302, "", ("Location", $"https://api.github.com/{++hop}")),
                    "more than 5 redirects"
                )
            )
                .Requests
                .Count
        );
        GitHubHandler far = new(request =>
            request.RequestUri!.AbsolutePath.StartsWith("/repositories", StringComparison.Ordinal)
                ? GitHubHandler.Answer(200, GitHubHandler.Release())
                : GitHubHandler.Answer(301, "", ("Location", "/repositories/1/releases/tags/v1"))
        );
        Assert.NotNull(await far.Repository().Releases.FindPublishedAsync("v1", default));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default)
        );
        Assert.Contains("the repository has moved", e.Message, StringComparison.Ordinal);
        Assert.Single(far.Requests, asked => asked.Method == "POST");
    }

    [Theory]
    [InlineData("https://evil.example/repos/a/b/releases/1/assets{?name,label}", "names another host, https://evil.example/")]
    [InlineData("http://uploads.github.com/x{?name,label}", "names another host")]
    [InlineData("https://uploads.github.com.evil.example/x{?name,label}", "names another host")]
    [InlineData("https://secret@uploads.github.com/x{?name,label}", "not an address for uploads")]
    [InlineData("https://uploads.github.com/{+path}{?name,label}", "not an address for uploads")]
    [InlineData("https://uploads.github.com/x?token=secret{?name,label}", "not an address for uploads")]
    [InlineData("", "not an address for uploads")]
    public async Task A_file_goes_to_no_other_host_than_that_for_uploads(string upload, string because)
    {
        GitHubRelease release = await HostTests.ReleaseAsync(upload);
        using ScratchFolder folder = new();
        AssetFile file = await AssetFile.ReadAsync(folder.Write("a.txt", "a"), "text/plain", null, default);
        GitHubHandler far = new(_ => GitHubHandler.Answer(200, "[]"));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().Assets.PutAsync(release, file, null, default));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
        Assert.Empty(far.Requests);
    }

    [Fact]
    public async Task What_GitHub_says_is_cleaned_and_holds_no_token_of_ours_and_no_signed_address()
    {
        string words = $"line\\nbreak \\u001b[31m {GitHubHandler.Token} https://a.example/x?signature=abc " + new string('x', 5000);
        GitHubHandler far = new(_ =>
            GitHubHandler.Answer(
                422,
                $$"""{"message":"{{words}}","errors":[{"resource":"Release","field":"tag_name","code":"invalid"},"text",7]}"""
            )
        );
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default)
        );
        Assert.True(e.IsInvalid);
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Contains("Release.tag_name invalid; text", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(GitHubHandler.Token, e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("signature", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.InRange(e.Message.Length, 1, 700);
    }

    [Fact]
    public async Task Neither_failures_nor_notices_hold_the_token()
    {
        foreach (int status in (int[])[400, 401, 403, 404, 409, 422, 429, 500, 502])
        {
            GitHubHandler far = new(_ => GitHubHandler.Answer(status, $$"""{"message":"{{GitHubHandler.Token}}"}"""));
            GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().ReadAsync(default));
            Assert.DoesNotContain(GitHubHandler.Token, e.ToString(), StringComparison.Ordinal);
            Assert.All(far.Notices, notice => Assert.DoesNotContain(GitHubHandler.Token, notice, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("{\"object\":{\"type\":\"commit\",\"sha\":\"TOKEN\"}}")]
    [InlineData("{\"object\":{\"type\":\"commit\",\"sha\":\"TOKENTOKEN\"}}")]
    [InlineData("{\"object\":{\"type\":\"commit\",\"repo\":{\"pushed_at\":\"TOKEN\"}}}", false)]
    [InlineData("{\"object\":{\"type\":\"commit\",\"repo\":{\"visibility\":\"TOKEN\"}}}", false)]
    public async Task An_answer_that_holds_the_token_where_it_does_not_belong_is_refused_without_it(string answer, bool isToldOf = true)
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(200, answer.Replace("TOKEN", GitHubHandler.Token, StringComparison.Ordinal)));
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().Branches.FindAsync("main", default));
        Assert.DoesNotContain(GitHubHandler.Token, e.ToString(), StringComparison.Ordinal);
        // What nobody reads is not even told of.
        Assert.Equal(isToldOf, e.Message.Contains('…', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_to_be_tried_again()
    {
        GitHubHandler far = new(_ => new HttpResponseMessage { Content = new StreamContent(new BrokenBody()) });
        ReleaseAsset asset = new(1, "a.txt", 100)
        {
            IsUploaded = true,
            Digest = null,
            Download = new Uri("https://github.com/a"),
        };
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Assets.DownloadAsync(asset, Stream.Null, default)
        );
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_asked_for_again_and_a_creation_is_looked_for()
    {
        int asked = 0;
        GitHubHandler list = new(_ =>
            ++asked == 1
                ? new HttpResponseMessage { Content = new StreamContent(new BrokenBody()) }
                : GitHubHandler.Answer(200, GitHubHandler.Release())
        );
        Assert.NotNull(await list.Repository().Releases.FindPublishedAsync("v1", default));
        GitHubHandler create = new(request =>
            request.Method == HttpMethod.Post ? new HttpResponseMessage { Content = new StreamContent(new BrokenBody()) }
            : request.RequestUri!.AbsolutePath.EndsWith("/v1", StringComparison.Ordinal) ? GitHubHandler.Answer(404)
            : GitHubHandler.Answer(200, $"[{GitHubHandler.Release(isDraft: true)}]")
        );
        Assert.Equal(1, (await create.Repository().Releases.CreateDraftAsync(new DraftRelease("v1", "main", "n", "b"), default)).Id);
        Assert.Single(create.Requests, asked => asked.Method == "POST");
    }

    [Fact]
    public async Task A_304_to_who_did_not_ask_for_it_is_refused() => await RefusedAsync(_ => GitHubHandler.Answer(304), "304");

    [Theory]
    [InlineData("other", "poseidon/kubelet")]
    [InlineData("slipway/update-kubelet", "stranger/kubelet")]
    public async Task A_pull_request_of_another_branch_or_repository_is_not_taken_for_ours(string branch, string source)
    {
        string body = $$"""
            [{"number":1,"html_url":"https://github.com/poseidon/kubelet/pull/1","title":"t","body":null,"labels":[],"base":{"ref":"main"},
              "head":{"ref":"{{branch}}","sha":"{{new string('a', 40)}}","repo":{"full_name":"{{source}}"} } }]
            """;
        Assert.Null(
            await new GitHubHandler(_ => GitHubHandler.Answer(200, body))
                .Repository()
                .PullRequests.FindOpenAsync("slipway/update-kubelet", "main", default)
        );
        Assert.NotNull(
            await new GitHubHandler(_ => GitHubHandler.Answer(200, body))
                .Repository($"{source}")
                .PullRequests.FindOpenAsync(branch, "main", default)
        );
    }

    [Fact]
    public async Task A_file_of_other_bytes_than_its_name_says_is_refused()
    {
        string commit = new('a', 40),
            tree = new('b', 40),
            blob = GitId.OfBlob("right"u8).Hex;
        GitHubHandler far = new(request =>
            GitHubHandler.Answer(
                200,
                request.RequestUri!.Segments[^2] switch
                {
                    "commits/" => $$"""{"sha":"{{commit}}","tree":{"sha":"{{tree}}"},"parents":[],"author":{"email":"a@b"} }""",
                    "trees/" =>
                        $$"""{"sha":"{{tree}}","truncated":false,"tree":[{"path":"f","mode":"100644","type":"blob","sha":"{{blob}}"}] }""",
                    _ => $$"""{"encoding":"base64","content":"{{Convert.ToBase64String("wrong"u8)}}"}""",
                }
            )
        );
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() =>
            far.Repository().Files.ReadAsync(GitId.Parse(commit), "f", default)
        );
        Assert.Contains("its bytes do not match its name", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_the_name_that_git_gives_it() =>
        Assert.Equal("ce013625030ba8dba906f756967f9e9ca394464a", GitId.OfBlob("hello\n"u8).Hex);

    private static async Task<GitHubHandler> RefusedAsync(Func<HttpRequestMessage, HttpResponseMessage> answer, string because)
    {
        GitHubHandler far = new(answer);
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(async () =>
        {
            await foreach (GitHubRelease _ in far.Repository().Releases.ListAsync(30, default)) { }
        });
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        return far;
    }
}
