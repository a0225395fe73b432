using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>
/// The git database of a <see cref="GitHubStandIn"/> (GitHub, "REST API endpoints for Git database") and comparisons, by the git program.
/// </summary>
internal static class GitEndpoint
{
    public static async Task<StandInAnswer?> HandleAsync(StandInCall call) =>
        call switch
        {
            _ when call.Is("GET", "git", "ref", "**") => await RefAsync(call),
            _ when call.Is("GET", "git", "tags", "*") => await TagAsync(call),
            _ when call.Is("POST", "git", "refs") => await CreateRefAsync(call),
            _ when call.Is("PATCH", "git", "refs", "**") => await MoveRefAsync(call),
            _ when call.Is("GET", "git", "commits", "*") => await call.Repository.Git.CommitAsync(call.Path[2]) is { } commit
                ? new StandInAnswer(200, call.Documents.Commit(call.Repository, commit))
                : StandInAnswer.NotFound,
            _ when call.Is("POST", "git", "commits") => await CreateCommitAsync(call),
            _ when call.Is("GET", "git", "trees", "*") => await TreeAsync(call, call.Path[2], 200),
            _ when call.Is("POST", "git", "trees") => await CreateTreeAsync(call),
            _ when call.Is("GET", "git", "blobs", "*") => await BlobAsync(call),
            _ when call.Is("POST", "git", "blobs") => await CreateBlobAsync(call),
            _ when call.Is("GET", "compare", "*") => await CompareAsync(call),
            _ => null,
        };

    private static async Task<StandInAnswer> RefAsync(StandInCall call)
    {
        string name = "refs/" + string.Join('/', call.Path.Skip(2));
        return await call.Repository.Git.NamedAsync(name) is var (sha, type)
            ? new StandInAnswer(200, call.Documents.Ref(call.Repository, name, sha, type))
            : StandInAnswer.NotFound;
    }

    /// <summary>An annotated tag, by the name of its object.</summary>
    private static async Task<StandInAnswer> TagAsync(StandInCall call)
    {
        GitStore git = call.Repository.Git;
        string sha = call.Path[2];
        if (!await git.HasAsync("tag", sha))
            return StandInAnswer.NotFound;
        string[] lines = (await git.RunAsync("cat-file", "tag", sha)).Split('\n');
        return new StandInAnswer(
            200,
            call.Documents.Tag(call.Repository, lines[2]["tag ".Length..], sha, lines[0]["object ".Length..], lines[1]["type ".Length..])
        );
    }

    private static async Task<StandInAnswer> CreateRefAsync(StandInCall call)
    {
        string name = call.Json["ref"]!.GetValue<string>(),
            sha = call.Json["sha"]!.GetValue<string>();
        GitStore git = call.Repository.Git;
        if (
            !name.StartsWith("refs/", StringComparison.Ordinal)
            || name.Count(c => c == '/') < 2
            || await git.TryAsync("check-ref-format", name) is null
        )
            return StandInAnswer.Error(422, "Reference name is invalid");
        if (!await git.HasAsync("commit", sha))
            return StandInAnswer.Error(422, "Object does not exist");
        if (await git.RefAsync(name) is not null)
            return StandInAnswer.Error(422, "Reference already exists");
        await git.RunAsync("update-ref", name, sha);
        return new StandInAnswer(201, call.Documents.Ref(call.Repository, name, sha))
        {
            Location = $"{call.Documents.Of(call.Repository)}/git/{name}",
        };
    }

    private static async Task<StandInAnswer> MoveRefAsync(StandInCall call)
    {
        string name = "refs/" + string.Join('/', call.Path.Skip(2)),
            sha = call.Json["sha"]!.GetValue<string>();
        GitStore git = call.Repository.Git;
        if (await git.RefAsync(name) is not { } old)
            return StandInAnswer.Error(422, "Reference does not exist");
        if (!await git.HasAsync("commit", sha))
            return StandInAnswer.Error(422, "Object does not exist");
        if (call.Json["force"]?.GetValue<bool>() != true && await git.TryAsync("merge-base", "--is-ancestor", old, sha) is null)
            return StandInAnswer.Error(422, "Update is not a fast forward");
        await git.RunAsync("update-ref", name, sha, old);
        return new StandInAnswer(200, call.Documents.Ref(call.Repository, name, sha));
    }

    private static async Task<StandInAnswer> CreateCommitAsync(StandInCall call)
    {
        GitStore git = call.Repository.Git;
        string tree = call.Json["tree"]!.GetValue<string>();
        string[] parents = [.. (call.Json["parents"] as JsonArray ?? []).Select(parent => parent!.GetValue<string>())];
        if (!await git.HasAsync("tree", tree))
            return StandInAnswer.Error(422, "Tree SHA does not exist");
        foreach (string parent in parents)
        {
            if (!await git.HasAsync("commit", parent))
                return StandInAnswer.Error(422, "Parent SHA does not exist or is not a commit object");
        }

        Dictionary<string, string?> variables = [];
        foreach (string role in (string[])["author", "committer"])
        {
            if ((call.Json[role] ?? call.Json["author"]) is not JsonObject person)
                continue;
            string prefix = $"GIT_{role.ToUpperInvariant()}_";
            variables[prefix + "NAME"] = person["name"]!.GetValue<string>();
            variables[prefix + "EMAIL"] = person["email"]!.GetValue<string>();
            if (person["date"]?.GetValue<string>() is { } date)
                variables[prefix + "DATE"] = DateTimeOffset
                    .Parse(date, CultureInfo.InvariantCulture)
                    .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        }

        string sha = await git.RunAsync(
            variables,
            ["commit-tree", tree, "-m", call.Json["message"]!.GetValue<string>(), .. parents.SelectMany(parent => (string[])["-p", parent])]
        );
        return new StandInAnswer(201, call.Documents.Commit(call.Repository, (await git.CommitAsync(sha))!))
        {
            Location = $"{call.Documents.Of(call.Repository)}/git/commits/{sha}",
        };
    }

    private static async Task<StandInAnswer> TreeAsync(StandInCall call, string sha, int status)
    {
        GitStore git = call.Repository.Git;
        if (!GitStore.IsSha(sha) || await git.TryAsync("rev-parse", "--verify", "--quiet", sha + "^{tree}") is not { } tree)
            return StandInAnswer.NotFound;
        string[] recursive = call.Query.ContainsKey("recursive") ? ["-r", "-t"] : [];
        string[] lines = (await git.RunAsync(["ls-tree", "-z", "--long", .. recursive, tree])).Split(
            '\0',
            StringSplitOptions.RemoveEmptyEntries
        );
        return new StandInAnswer(
            status,
            new JsonObject
            {
                ["sha"] = tree,
                ["url"] = $"{call.Documents.Of(call.Repository)}/git/trees/{tree}",
                ["tree"] = new JsonArray([.. lines.Select(line => Entry(call, line))]),
                ["truncated"] = false,
            }
        );
    }

    private static JsonObject Entry(StandInCall call, string line)
    {
        string[] fields = line.Split('\t', 2),
            facts = fields[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        JsonObject entry = new()
        {
            ["path"] = fields[1],
            ["mode"] = facts[0],
            ["type"] = facts[1],
            ["sha"] = facts[2],
            ["url"] = $"{call.Documents.Of(call.Repository)}/git/{facts[1]}s/{facts[2]}",
        };
        if (facts[1] == "blob")
            entry["size"] = int.Parse(facts[3], CultureInfo.InvariantCulture);
        return entry;
    }

    private static async Task<StandInAnswer> CreateTreeAsync(StandInCall call)
    {
        GitStore git = call.Repository.Git;
        string? from = call.Json["base_tree"]?.GetValue<string>();
        if (from is not null && !await git.HasAsync("tree", from) && !await git.HasAsync("commit", from))
            return StandInAnswer.Error(422, "base_tree is not a valid tree oid");
        List<(string, string?, string)> entries = [];
        foreach (JsonNode? entry in call.Json["tree"]!.AsArray())
        {
            string? sha = entry!["sha"]?.GetValue<string>()
                ?? (
                    entry["content"]?.GetValue<string>() is { } text
                        ? await git.WriteBlobAsync(System.Text.Encoding.UTF8.GetBytes(text))
                        : null
                );
            if (sha is not null && await git.TryAsync("cat-file", "-t", sha) != entry["type"]!.GetValue<string>())
                return StandInAnswer.Error(422, "tree.sha " + sha + " is not a valid blob");
            entries.Add((entry["mode"]!.GetValue<string>(), sha, entry["path"]!.GetValue<string>()));
        }

        return await TreeAsync(call, await git.WriteTreeAsync(from, entries), 201);
    }

    private static async Task<StandInAnswer> BlobAsync(StandInCall call)
    {
        if (!await call.Repository.Git.HasAsync("blob", call.Path[2]))
            return StandInAnswer.NotFound;
        byte[] content = await call.Repository.Git.ReadBlobAsync(call.Path[2]);
        string[] lines = [.. Convert.ToBase64String(content).Chunk(60).Select(line => new string(line) + "\n")];
        return new StandInAnswer(
            200,
            new JsonObject
            {
                ["sha"] = call.Path[2],
                ["node_id"] = "B_1",
                ["size"] = content.Length,
                ["url"] = $"{call.Documents.Of(call.Repository)}/git/blobs/{call.Path[2]}",
                ["content"] = string.Concat(lines),
                ["encoding"] = "base64",
            }
        );
    }

    private static async Task<StandInAnswer> CreateBlobAsync(StandInCall call)
    {
        string content = call.Json["content"]!.GetValue<string>();
        bool isBase64 = call.Json["encoding"]?.GetValue<string>() == "base64";
        string sha = await call.Repository.Git.WriteBlobAsync(
            isBase64 ? Convert.FromBase64String(content) : System.Text.Encoding.UTF8.GetBytes(content)
        );
        string address = $"{call.Documents.Of(call.Repository)}/git/blobs/{sha}";
        return new StandInAnswer(201, new JsonObject { ["url"] = address, ["sha"] = sha }) { Location = address };
    }

    private static async Task<StandInAnswer> CompareAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        GitStore git = repository.Git;
        string[] sides = call.Path[1].Split("...");
        StandInCommit? from = sides.Length == 2 ? await FindAsync(git, sides[0]) : null,
            to = sides.Length == 2 ? await FindAsync(git, sides[1]) : null;
        if (from is null || to is null || await git.TryAsync("merge-base", from.Sha, to.Sha) is not { } common)
            return StandInAnswer.NotFound;
        string[] counts = (await git.RunAsync("rev-list", "--left-right", "--count", $"{from.Sha}...{to.Sha}")).Split('\t');
        (int behind, int ahead) = (int.Parse(counts[0], CultureInfo.InvariantCulture), int.Parse(counts[1], CultureInfo.InvariantCulture));
        string address = $"{call.Documents.Of(repository)}/compare/{call.Path[1]}";
        return new StandInAnswer(
            200,
            new JsonObject
            {
                ["url"] = address,
                ["html_url"] = address,
                ["permalink_url"] = address,
                ["diff_url"] = address + ".diff",
                ["patch_url"] = address + ".patch",
                ["base_commit"] = call.Documents.ListedCommit(repository, from),
                ["merge_base_commit"] = call.Documents.ListedCommit(repository, (await git.CommitAsync(common))!),
                ["status"] = (ahead, behind) switch
                {
                    (0, 0) => "identical",
                    (_, 0) => "ahead",
                    (0, _) => "behind",
                    _ => "diverged",
                },
                ["ahead_by"] = ahead,
                ["behind_by"] = behind,
                ["total_commits"] = ahead,
                ["commits"] = new JsonArray(),
            }
        );
    }

    private static async Task<StandInCommit?> FindAsync(GitStore git, string name) =>
        await git.TryAsync("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}") is { } sha
            ? await git.CommitAsync(sha)
            : null;
}
