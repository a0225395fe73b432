using Slipway.Http;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>Where requests go and who may see which token (gh, "environment"; GitHub Actions, "Variables").</summary>
public sealed class HostTests
{
    [Theory]
    [InlineData("github.com", "https://api.github.com/", "https://uploads.github.com/")]
    [InlineData("GitHub.com", "https://api.github.com/", "https://uploads.github.com/")]
    [InlineData("octo.ghe.com", "https://api.octo.ghe.com/", "https://uploads.octo.ghe.com/")]
    [InlineData("git.example.org", "https://git.example.org/api/v3/", "https://uploads.git.example.org/")]
    public void A_host_has_its_usual_places(string host, string api, string uploads)
    {
        GitHubHost found = GitHubHosts.Default.Of(host);
        Assert.Equal((api, uploads), (found.Api.AbsoluteUri, found.Uploads!.AbsoluteUri));
    }

    [Theory]
    [InlineData("github.com=http://127.0.0.1:8080/api/v3", "github.com", "http://127.0.0.1:8080/api/v3/")]
    [InlineData("GitHub.com=https://proxy.example.org/", "github.com", "https://proxy.example.org/")]
    public void An_entry_sends_a_host_elsewhere(string entry, string host, string api)
    {
        GitHubHost found = GitHubHosts.Parse([entry], _ => null).Of(host);
        Assert.Equal((api, null), (found.Api.AbsoluteUri, found.Uploads));
        Assert.Equal("https://api.octo.ghe.com/", GitHubHosts.Parse([entry], _ => null).Of("octo.ghe.com").Api.AbsoluteUri);
    }

    [Theory]
    [InlineData("github.com")]
    [InlineData("=https://a.example")]
    [InlineData("a/b=https://a.example")]
    [InlineData("github.com=ftp://a.example")]
    [InlineData("github.com=http://a.example")]
    [InlineData("github.com=https://user:secret@a.example")]
    [InlineData("github.com=https://a.example/?token=secret")]
    public void An_entry_that_is_none_is_refused(string entry)
    {
        FormatException e = Assert.Throws<FormatException>(() => GitHubHosts.Parse([entry], _ => null));
        Assert.Contains("--github-url", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_is_sent_to_one_place() =>
        Assert.Throws<FormatException>(() =>
            GitHubHosts.Parse(["github.com=https://a.example", "GITHUB.com=https://b.example"], _ => null)
        );

    [Theory]
    [InlineData("https://api.github.com", "https://github.com", "github.com", "https://api.github.com/", true)]
    [InlineData("https://git.example.org/api/v3", "https://git.example.org", "git.example.org", "https://git.example.org/api/v3/", true)]
    [InlineData("https://git.example.org/api/v3", null, "git.example.org", "https://git.example.org/api/v3/", true)]
    [InlineData("https://api.octo.ghe.com", null, "octo.ghe.com", "https://api.octo.ghe.com/", true)]
    [InlineData(
        "https://gateway.example.org/github",
        "https://git.example.org",
        "git.example.org",
        "https://gateway.example.org/github/",
        false
    )]
    public void What_Actions_set_holds_for_their_host_and_no_other(string api, string? server, string host, string wanted, bool hasUploads)
    {
        GitHubHosts hosts = GitHubHosts.Parse([], name => name switch
            {
                "GITHUB_API_URL" => api,
                "GITHUB_SERVER_URL" => server,
                _ => null,
            });
        Assert.Equal((wanted, hasUploads), (hosts.Of(host).Api.AbsoluteUri, hosts.Of(host).Uploads is not null));
        Assert.Equal("https://api.github.com/", hosts.Of("github.com").Api.AbsoluteUri);
    }

    [Fact]
    public void An_API_of_nobody_knows_whom_is_refused() =>
        Assert.Throws<FormatException>(() =>
            GitHubHosts.Parse([], name => name == "GITHUB_API_URL" ? "https://gateway.example.org/github" : null)
        );

    [Theory]
    [InlineData("github.com", "GH_TOKEN,GITHUB_TOKEN,GH_ENTERPRISE_TOKEN", null, "GH_TOKEN")]
    [InlineData("github.com", "GITHUB_TOKEN,GH_ENTERPRISE_TOKEN", null, "GITHUB_TOKEN")]
    [InlineData("octo.ghe.com", "GITHUB_TOKEN,GH_ENTERPRISE_TOKEN", null, "GITHUB_TOKEN")]
    [InlineData("github.com", "GH_ENTERPRISE_TOKEN,GITHUB_ENTERPRISE_TOKEN", null, null)]
    [InlineData("git.example.org", "GH_TOKEN,GITHUB_TOKEN", null, null)]
    [InlineData("git.example.org", "GH_TOKEN,GH_ENTERPRISE_TOKEN,GITHUB_ENTERPRISE_TOKEN", null, "GH_ENTERPRISE_TOKEN")]
    [InlineData("git.example.org", "GH_TOKEN,GITHUB_ENTERPRISE_TOKEN", null, "GITHUB_ENTERPRISE_TOKEN")]
    [InlineData("git.example.org", "GITHUB_TOKEN", "https://git.example.org", "GITHUB_TOKEN")]
    [InlineData("github.com", "GITHUB_TOKEN", "https://git.example.org", null)]
    [InlineData("github.com", "GITHUB_TOKEN", "https://github.com", "GITHUB_TOKEN")]
    public void A_token_is_its_hosts(string host, string set, string? server, string? wanted)
    {
        GitHubTokens tokens = new(name =>
            name == "GITHUB_SERVER_URL" ? server
            : set.Split(',').Contains(name) ? "secret"
            : null
        );
        Assert.Equal(wanted, tokens.For(GitHubHosts.Default.Of(host))?.Variable);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nX-Evil: 1")]
    [InlineData("tökén")]
    public void What_is_no_token_is_not_sent_and_not_told(string secret)
    {
        FormatException e = Assert.Throws<FormatException>(() =>
            new GitHubTokens(name => name == "GH_TOKEN" ? secret : null).For(GitHubHosts.Default.Of("github.com"))
        );
        Assert.Contains("GH_TOKEN", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("poseidon/kubelet", "github.com/poseidon/kubelet")]
    [InlineData("github.com/poseidon/kubelet", "github.com/poseidon/kubelet")]
    [InlineData("https://github.com/poseidon/kubelet", "github.com/poseidon/kubelet")]
    [InlineData("https://user:secret@GitHub.com/poseidon/kubelet.git", "github.com/poseidon/kubelet")]
    [InlineData("git@github.com:poseidon/kubelet.git", "github.com/poseidon/kubelet")]
    [InlineData("ssh://git@git.example.org/a/b.c.git", "git.example.org/a/b.c")]
    [InlineData("https://git.example.org:8443/a/b/", "git.example.org:8443/a/b")]
    public void A_repository_is_read_as_people_and_git_write_it(string text, string name) =>
        Assert.Equal(name, RepositoryName.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("kubelet")]
    [InlineData("a/..")]
    [InlineData("a/.")]
    [InlineData("a/.git")]
    [InlineData("../b")]
    [InlineData("a/b/c/d")]
    [InlineData("a/b?x=y")]
    [InlineData("a/b c")]
    [InlineData("a/b\n")]
    [InlineData("-a/b")]
    [InlineData("file:///a/b")]
    [InlineData("https://user:secret@github.com/poseidon")]
    public void What_is_no_repository_is_refused_without_a_password_in_it(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => RepositoryName.Parse(text));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_goes_to_the_API_and_to_uploads_and_to_no_other_host()
    {
        GitHubHandler far = new(request =>
            request.RequestUri! switch
            {
                { Host: "api.github.com", AbsolutePath: "/repos/poseidon/kubelet/releases/assets/7" } => GitHubHandler.Answer(
                    302,
                    "",
                    ("Location", "https://storage.example.org/x?signature=1")
                ),
                { Host: "api.github.com" } => GitHubHandler.Answer(200, "[]"),
                { Host: "uploads.github.com" } => GitHubHandler.Answer(
                    201,
                    """{"id":7,"name":"a.txt","size":1,"state":"uploaded","digest":null,"browser_download_url":"https://github.com/a"}"""
                ),
                _ => GitHubHandler.Answer(200, "a"),
            }
        );
        using Testing.ScratchFolder folder = new();
        AssetFile file = await AssetFile.ReadAsync(folder.Write("a.txt", "a"), "text/plain", null, default);
        await far.Repository().Assets.PutAsync(await ReleaseAsync(), file, null, default);
        Assert.Equal(
            ["api.github.com", "uploads.github.com", "api.github.com", "storage.example.org"],
            far.Requests.Select(asked => asked.Address.Host)
        );
        Assert.Equal([true, true, true, false], far.Requests.Select(asked => asked.Authorization == "Bearer " + GitHubHandler.Token));
    }

    [Fact]
    public async Task A_private_repository_without_a_token_says_so()
    {
        GitHubHandler far = new(_ => GitHubHandler.Answer(404, """{"message":"Not Found"}""")) { Environment = _ => null };
        GitHubException e = await Assert.ThrowsAsync<GitHubException>(() => far.Repository().ReadAsync(default));
        Assert.Equal(RemoteFault.NotFound, e.Fault);
        Assert.Contains(
            "or the repository is private and no token was found: check the name, or set GH_TOKEN",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "set GH_ENTERPRISE_TOKEN",
            (await Assert.ThrowsAsync<GitHubException>(() => far.Repository("git.example.org/a/b").ReadAsync(default))).Message,
            StringComparison.Ordinal
        );
    }

    internal static async Task<GitHubRelease> ReleaseAsync(string? upload = null)
    {
        GitHubHandler far = new(_ =>
            GitHubHandler.Answer(
                200,
                upload is null ? GitHubHandler.Release(isDraft: true) : GitHubHandler.Release(isDraft: true, upload: upload)
            )
        );
        return (await far.Repository().Releases.FindPublishedAsync("v1", default))!;
    }
}
