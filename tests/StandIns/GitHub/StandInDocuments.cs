using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>The documents of GitHub's REST API as its description has them, with the addresses of one stand-in.</summary>
/// <param name="site">Where people go, without a slash at its end.</param>
/// <param name="api">Without a slash at its end.</param>
/// <param name="uploads">Without a slash at its end.</param>
internal sealed class StandInDocuments(string site, string api, string uploads)
{
    public string Site => site;

    private const string When = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>What repositories have further addresses for; some are templates.</summary>
    private static readonly string[] Addresses =
    [
        "archive",
        "assignees",
        "blobs",
        "branches",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
        "contributors",
        "deployments",
        "downloads",
        "events",
        "forks",
        "git_commits",
        "git_refs",
        "git_tags",
        "hooks",
        "issue_comment",
        "issue_events",
        "issues",
        "keys",
        "labels",
        "languages",
        "merges",
        "milestones",
        "notifications",
        "pulls",
        "releases",
        "stargazers",
        "statuses",
        "subscribers",
        "subscription",
        "tags",
        "teams",
        "trees",
    ];

    public string Api => api;

    public string Of(StandInRepository repository) => $"{api}/repos/{repository.Owner}/{repository.Name}";

    /// <summary>By its number, as GitHub's own Links have it.</summary>
    public string Numbered(StandInRepository repository) => $"{api}/repositories/{NumberOf(repository)}";

    public static int NumberOf(StandInRepository repository) =>
        BitConverter.ToUInt16(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{repository.Owner}/{repository.Name}"))) + 1;

    public static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString(When, System.Globalization.CultureInfo.InvariantCulture);

    public JsonObject User(string login)
    {
        string user = $"{api}/users/{login}";
        JsonObject document = new()
        {
            ["login"] = login,
            ["id"] = 1,
            ["node_id"] = "U_1",
            ["avatar_url"] = $"{site}/images/{login}.png",
            ["gravatar_id"] = "",
            ["url"] = user,
            ["html_url"] = $"{site}/{login}",
            ["gists_url"] = $"{user}/gists{{/gist_id}}",
            ["starred_url"] = $"{user}/starred{{/owner}}{{/repo}}",
            ["following_url"] = $"{user}/following{{/other_user}}",
            ["events_url"] = $"{user}/events{{/privacy}}",
            ["type"] = "User",
            ["site_admin"] = false,
        };
        foreach (string name in (string[])["followers", "organizations", "received_events", "repos", "subscriptions"])
            document[name + "_url"] = $"{user}/{name}";
        return document;
    }

    /// <summary>Schema "full-repository"; "repository" without what that has alone.</summary>
    public JsonObject Repository(StandInRepository repository, bool isFull = true)
    {
        string page = $"{site}/{repository.Owner}/{repository.Name}";
        JsonObject document = new()
        {
            ["id"] = NumberOf(repository),
            ["node_id"] = "R_1",
            ["name"] = repository.Name,
            ["full_name"] = $"{repository.Owner}/{repository.Name}",
            ["owner"] = User(repository.Owner),
            ["private"] = repository.IsPrivate,
            ["html_url"] = page,
            ["url"] = Of(repository),
            ["description"] = null,
            ["fork"] = false,
            ["default_branch"] = repository.DefaultBranch,
            ["archived"] = repository.IsArchived,
            ["disabled"] = false,
            ["homepage"] = null,
            ["language"] = null,
            ["license"] = null,
            ["mirror_url"] = null,
            ["clone_url"] = page + ".git",
            ["git_url"] = page,
            ["ssh_url"] = page,
            ["svn_url"] = page,
        };
        foreach (string name in Addresses)
            document[name + "_url"] = $"{Of(repository)}/{name}";
        foreach (
            string name in (string[])
                ["forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count"]
        )
            document[name] = 0;
        foreach (string name in isFull ? (string[])["network_count", "subscribers_count"] : [])
            document[name] = 0;
        foreach (string name in (string[])["has_downloads", "has_issues", "has_projects", "has_wiki", "has_pages", "has_discussions"])
            document[name] = true;
        foreach (string name in (string[])["pushed_at", "created_at", "updated_at"])
            document[name] = Time(repository.Time.GetUtcNow());
        return document;
    }

    /// <summary>Schema "release".</summary>
    public JsonObject Release(StandInRepository repository, StandInRelease release)
    {
        string address = $"{Of(repository)}/releases/{release.Id}",
            page = $"{site}/{repository.Owner}/{repository.Name}";
        return new JsonObject
        {
            ["url"] = address,
            ["assets_url"] = $"{address}/assets",
            ["upload_url"] = $"{uploads}/repos/{repository.Owner}/{repository.Name}/releases/{release.Id}/assets{{?name,label}}",
            ["html_url"] = $"{page}/releases/tag/{(release.IsDraft ? $"untagged-{release.Id}" : Uri.EscapeDataString(release.Tag))}",
            ["id"] = release.Id,
            ["author"] = User("releaser"),
            ["node_id"] = $"RE_{release.Id}",
            ["tag_name"] = release.Tag,
            ["target_commitish"] = release.Target,
            ["name"] = release.Title,
            ["body"] = release.Notes,
            ["draft"] = release.IsDraft,
            ["immutable"] = false,
            ["prerelease"] = release.IsPrerelease,
            ["created_at"] = Time(release.CreatedAt),
            ["updated_at"] = Time(release.CreatedAt),
            ["published_at"] = release.PublishedAt is { } time ? Time(time) : null,
            ["tarball_url"] = release.IsDraft ? null : $"{Of(repository)}/tarball/{release.Tag}",
            ["zipball_url"] = release.IsDraft ? null : $"{Of(repository)}/zipball/{release.Tag}",
            ["assets"] = new JsonArray([.. release.Assets.Select(asset => Asset(repository, release, asset))]),
        };
    }

    /// <summary>Schema "release-asset".</summary>
    public JsonObject Asset(StandInRepository repository, StandInRelease release, StandInAsset asset) =>
        new()
        {
            ["url"] = $"{Of(repository)}/releases/assets/{asset.Id}",
            ["id"] = asset.Id,
            ["node_id"] = $"RA_{asset.Id}",
            ["name"] = asset.Name,
            ["label"] = null,
            ["uploader"] = User("releaser"),
            ["content_type"] = asset.MediaType,
            ["state"] = asset.State,
            ["size"] = asset.Content.Length,
            ["download_count"] = 0,
            ["digest"] =
                repository.TellsDigests && asset.State == "uploaded"
                    ? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(asset.Content))
                    : null,
            ["created_at"] = Time(asset.CreatedAt),
            ["updated_at"] = Time(asset.CreatedAt),
            ["browser_download_url"] =
                $"{site}/{repository.Owner}/{repository.Name}/releases/download/{Uri.EscapeDataString(release.Tag)}/{asset.Name}",
        };

    /// <summary>Schema "git-ref".</summary>
    public JsonObject Ref(StandInRepository repository, string name, string sha, string type = "commit") =>
        new()
        {
            ["ref"] = name,
            ["node_id"] = "REF_1",
            ["url"] = $"{Of(repository)}/git/{name}",
            ["object"] = Object(repository, sha, type),
        };

    /// <summary>Schema "git-tag".</summary>
    public JsonObject Tag(StandInRepository repository, string name, string sha, string target, string type) =>
        new()
        {
            ["node_id"] = "T_1",
            ["tag"] = name,
            ["sha"] = sha,
            ["url"] = $"{Of(repository)}/git/tags/{sha}",
            ["message"] = name,
            ["tagger"] = new JsonObject
            {
                ["name"] = "GitHub",
                ["email"] = "noreply@github.example",
                ["date"] = Time(DateTimeOffset.UnixEpoch),
            },
            ["object"] = Object(repository, target, type),
            ["verification"] = new JsonObject
            {
                ["verified"] = false,
                ["reason"] = "unsigned",
                ["signature"] = null,
                ["payload"] = null,
                ["verified_at"] = null,
            },
        };

    private JsonObject Object(StandInRepository repository, string sha, string type) =>
        new()
        {
            ["type"] = type,
            ["sha"] = sha,
            ["url"] = $"{Of(repository)}/git/{type}s/{sha}",
        };

    /// <summary>Schema "git-commit".</summary>
    public JsonObject Commit(StandInRepository repository, StandInCommit commit)
    {
        string address = $"{Of(repository)}/git/commits/";
        JsonObject Person(string name, string email, DateTimeOffset when) =>
            new()
            {
                ["name"] = name,
                ["email"] = email,
                ["date"] = Time(when),
            };
        return new JsonObject
        {
            ["sha"] = commit.Sha,
            ["node_id"] = "C_1",
            ["url"] = address + commit.Sha,
            ["html_url"] = $"{site}/{repository.Owner}/{repository.Name}/commit/{commit.Sha}",
            ["author"] = Person(commit.AuthorName, commit.AuthorEmail, commit.AuthoredAt),
            ["committer"] = Person(commit.CommitterName, commit.CommitterEmail, commit.CommittedAt),
            ["tree"] = new JsonObject { ["sha"] = commit.Tree, ["url"] = $"{Of(repository)}/git/trees/{commit.Tree}" },
            ["message"] = commit.Message,
            ["parents"] = new JsonArray([
                .. commit.Parents.Select(parent => new JsonObject
                {
                    ["sha"] = parent,
                    ["url"] = address + parent,
                    ["html_url"] = $"{site}/{repository.Owner}/{repository.Name}/commit/{parent}",
                }),
            ]),
            ["verification"] = new JsonObject
            {
                ["verified"] = false,
                ["reason"] = "unsigned",
                ["signature"] = null,
                ["payload"] = null,
                ["verified_at"] = null,
            },
        };
    }

    /// <summary>Schema "commit", as lists and comparisons have it.</summary>
    public JsonObject ListedCommit(StandInRepository repository, StandInCommit commit)
    {
        JsonObject inner = Commit(repository, commit),
            listed =
                new()
                {
                    ["url"] = $"{Of(repository)}/commits/{commit.Sha}",
                    ["sha"] = commit.Sha,
                    ["node_id"] = "C_1",
                    ["html_url"] = inner["html_url"]!.DeepClone(),
                    ["comments_url"] = $"{Of(repository)}/commits/{commit.Sha}/comments",
                    ["author"] = null,
                    ["committer"] = null,
                    ["parents"] = inner["parents"]!.DeepClone(),
                };
        listed["commit"] = new JsonObject
        {
            ["author"] = inner["author"]!.DeepClone(),
            ["committer"] = inner["committer"]!.DeepClone(),
            ["message"] = commit.Message,
            ["tree"] = inner["tree"]!.DeepClone(),
            ["url"] = inner["url"]!.DeepClone(),
            ["comment_count"] = 0,
        };
        return listed;
    }

    /// <summary>Schema "label".</summary>
    public JsonObject Label(StandInRepository repository, string name) =>
        new()
        {
            ["id"] = 1,
            ["node_id"] = "LA_1",
            ["url"] = $"{Of(repository)}/labels/{Uri.EscapeDataString(name)}",
            ["name"] = name,
            ["description"] = "",
            ["color"] = "ededed",
            ["default"] = false,
        };

    /// <summary>Schema "pull-request-simple".</summary>
    /// <param name="head">What its branch is at.</param>
    /// <param name="target">What the branch that is to take it is at.</param>
    public JsonObject ListedPull(StandInRepository repository, StandInPullRequest pull, string head, string target)
    {
        string address = $"{Of(repository)}/pulls/{pull.Number}",
            issue = $"{Of(repository)}/issues/{pull.Number}",
            page = $"{site}/{repository.Owner}/{repository.Name}/pull/{pull.Number}";
        JsonObject Side(string branch, string sha) =>
            new()
            {
                ["label"] = $"{repository.Owner}:{branch}",
                ["ref"] = branch,
                ["sha"] = sha,
                ["user"] = User(repository.Owner),
                ["repo"] = Repository(repository, isFull: false),
            };
        JsonObject links = new()
        {
            ["self"] = address,
            ["html"] = page,
            ["issue"] = issue,
            ["comments"] = issue + "/comments",
            ["review_comments"] = address + "/comments",
            ["review_comment"] = $"{Of(repository)}/pulls/comments{{/number}}",
            ["commits"] = address + "/commits",
            ["statuses"] = $"{Of(repository)}/statuses/{head}",
        };
        JsonObject document = new()
        {
            ["url"] = address,
            ["id"] = 10_000 + pull.Number,
            ["node_id"] = $"PR_{pull.Number}",
            ["html_url"] = page,
            ["diff_url"] = page + ".diff",
            ["patch_url"] = page + ".patch",
            ["issue_url"] = issue,
            ["commits_url"] = address + "/commits",
            ["review_comments_url"] = address + "/comments",
            ["review_comment_url"] = $"{Of(repository)}/pulls/comments{{/number}}",
            ["comments_url"] = issue + "/comments",
            ["statuses_url"] = $"{Of(repository)}/statuses/{head}",
            ["number"] = pull.Number,
            ["state"] = pull.IsOpen ? "open" : "closed",
            ["locked"] = false,
            ["title"] = pull.Title,
            ["user"] = User("proposer"),
            ["body"] = pull.Text,
            ["labels"] = new JsonArray([.. pull.Labels.Select(label => Label(repository, label))]),
            ["milestone"] = null,
            ["created_at"] = Time(pull.CreatedAt),
            ["updated_at"] = Time(pull.CreatedAt),
            ["closed_at"] = null,
            ["merged_at"] = pull.MergedAs is null ? null : Time(pull.CreatedAt),
            ["merge_commit_sha"] = pull.MergedAs,
            ["assignee"] = null,
            ["assignees"] = new JsonArray(),
            ["requested_reviewers"] = new JsonArray(),
            ["requested_teams"] = new JsonArray(),
            ["head"] = Side(pull.Head, head),
            ["base"] = Side(pull.Target, target),
            ["_links"] = new JsonObject([
                .. links.Select(link => KeyValuePair.Create(link.Key, (JsonNode?)new JsonObject { ["href"] = link.Value!.DeepClone() })),
            ]),
            ["author_association"] = "MEMBER",
            ["auto_merge"] = null,
            ["draft"] = false,
        };
        return document;
    }

    /// <summary>Schema "pull-request".</summary>
    public JsonObject Pull(StandInRepository repository, StandInPullRequest pull, string head, string target)
    {
        JsonObject document = ListedPull(repository, pull, head, target);
        foreach (string name in (string[])["comments", "review_comments", "commits", "additions", "deletions", "changed_files"])
            document[name] = 0;
        (document["merged"], document["mergeable"], document["mergeable_state"], document["merged_by"], document["maintainer_can_modify"]) =
            (pull.MergedAs is not null, null, "unknown", null, false);
        return document;
    }
}
