using System.Text.Json.Nodes;
using Slipway.Http;

namespace Slipway.GitHub.Tests;

/// <summary>
/// Whatever stands in a field, or none: an answer is read or refused by our own exception, and none of Octokit's gets out.
/// </summary>
public sealed class StrangeFieldsTests
{
    private static readonly string[] Values =
    [
        "null",
        "true",
        "0",
        "-1",
        "1e99",
        "99999999999999999999",
        "\"\"",
        "\"x\"",
        "\"\\ud800\"",
        "[]",
        "[null]",
        "[[]]",
        "[1]",
        "{}",
        "{\"ref\":1}",
        "{\"a\":null}",
    ];

    private static readonly string Id = new('a', 40);

    private static readonly string Commit =
        $$"""{"sha":"{{Id}}","tree":{"sha":"{{Id}}"},"parents":[],"author":{"email":"a@b","date":"2026-01-01T00:00:00Z"},"verification":{"verified":true,"reason":"valid"} }""";

    private static readonly string Tree =
        $$"""{"sha":"{{Id}}","truncated":false,"tree":[{"path":"g","mode":"100644","type":"blob","size":1,"sha":"{{Id}}"}] }""";

    public static TheoryData<string, string> Answers { get; } =
        new()
        {
            { "release", GitHubHandler.Release() },
            {
                "asset",
                """{"id":7,"name":"a","size":1,"state":"uploaded","digest":null,"content_type":"a/b","download_count":1,"created_at":"2026-01-01T00:00:00Z","uploader":{"id":1},"browser_download_url":"https://github.com/a"}"""
            },
            {
                "pull request",
                $$"""{"number":1,"html_url":"https://github.com/a/b/pull/1","state":"open","title":"t","body":"b","labels":[{"name":"l"}],"merged_at":null,"base":{"ref":"main"},"head":{"ref":"b","sha":"{{Id}}","repo":{"full_name":"poseidon/kubelet","visibility":"public"} } }"""
            },
            { "reference", $$"""{"ref":"refs/heads/main","object":{"type":"commit","sha":"{{Id}}"} }""" },
            { "repository", """{"default_branch":"main","private":true,"archived":false,"size":1,"license":{"key":"mit"} }""" },
            { "commit", Commit },
            { "tree", Tree },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_strange_field_is_read_or_refused(string what, string sound)
    {
        await AskAsync(what, sound);
        int refused = 0;
        foreach (string[] path in Paths(JsonNode.Parse(sound)!, []))
        {
            foreach (string value in Values)
                refused += await IsRefusedAsync(what, With(sound, path, value)) ? 1 : 0;
            refused += await IsRefusedAsync(what, With(sound, path, null)) ? 1 : 0;
        }

        Assert.NotEqual(0, refused);
    }

    /// <summary>GitHub adds kinds and words: what nobody here reads must not make an answer unreadable.</summary>
    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_nobody_reads_is_nobodys_failure(string what, string sound)
    {
        string[] unread = ["visibility", "created_at", "content_type", "uploader", "license", "date", "verification", "download_count"];
        foreach (string[] path in Paths(JsonNode.Parse(sound)!, []).Where(path => unread.Contains(path[^1])))
        {
            foreach (string value in Values.Where(value => !value.Contains("ud800", StringComparison.Ordinal)))
                Assert.False(await IsRefusedAsync(what, With(sound, path, value)), $"{string.Join('/', path)}: {value}");
        }

        await AskAsync(
            what,
            """{"added_by_github":"x","permissions":7,"active_lock_reason":"new","author_association":"new",""" + sound[1..]
        );
    }

    private static async Task<bool> IsRefusedAsync(string what, string body)
    {
        try
        {
            await AskAsync(what, body);
            return false;
        }
        catch (GitHubException e)
        {
            Assert.Equal(RemoteFault.Protocol, e.Fault);
            Assert.Matches(
                "its response does not match GitHub's description: |the tag names a |has too many files to be listed",
                e.Message
            );
            return true;
        }
    }

    private static async Task AskAsync(string what, string body)
    {
        GitHubRepository one = new GitHubHandler(_ => GitHubHandler.Answer(200, body)).Repository(),
            list = new GitHubHandler(_ => GitHubHandler.Answer(200, $"[{body}]")).Repository();
        switch (what)
        {
            case "release":
                await one.Releases.FindPublishedAsync("v1", default);
                await list.Releases.FindAllAsync("v1", default);
                break;
            case "asset":
                await list.Assets.ListAsync(await HostTests.ReleaseAsync(), default);
                break;
            case "pull request":
                await list.PullRequests.FindClosedAsync("b", "main", default);
                break;
            case "reference":
                await one.Branches.FindAsync("main", default);
                await one.Tags.FindCommitAsync("v1", default);
                break;
            case "commit" or "tree":
                GitHubHandler far = new(request =>
                    GitHubHandler.Answer(
                        200,
                        request.RequestUri!.AbsolutePath.Contains("/commits/", StringComparison.Ordinal)
                            ? what == "commit"
                                ? body
                                : Commit
                            : what == "tree"
                                ? body
                                : Tree
                    )
                );
                await far.Repository().Files.ReadAsync(GitId.Parse(Id), "f", default);
                break;
            default:
                await one.ReadAsync(default);
                break;
        }
    }

    /// <summary>Every property, also of properties; of a list its items stay.</summary>
    private static IEnumerable<string[]> Paths(JsonNode node, string[] above) =>
        node is not JsonObject fields
            ? []
            : fields.SelectMany(field => Paths(field.Value ?? "", [.. above, field.Key]).Prepend([.. above, field.Key]));

    private static string With(string document, string[] path, string? value)
    {
        JsonNode root = JsonNode.Parse(document)!,
            at = root;
        foreach (string part in path[..^1])
            at = at[part]!;
        // Put in as text: a lone surrogate is no string of .NET's.
        if (value is null)
            at.AsObject().Remove(path[^1]);
        else
            at[path[^1]] = "HERE";
        return root.ToJsonString().Replace("\"HERE\"", value, StringComparison.Ordinal);
    }
}
