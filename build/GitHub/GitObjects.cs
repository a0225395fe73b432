using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Octokit;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Reads and writes git objects (GitHub, "REST API endpoints for Git database"). All of them are named by their content: writing one
/// twice is writing it once, and what was read once still holds. Safe for concurrent use.
/// </summary>
internal sealed class GitObjects(RepositoryCalls calls)
{
    /// <summary>In bytes, of one file: its Base64 must fit into one answer.</summary>
    private const int MaximumBlob = 10 * 1024 * 1024;

    private readonly ConcurrentDictionary<GitId, Task<GitTree>> _trees = new();

    public Task<GitCommit> CommitAsync(GitId id, CancellationToken cancellationToken) =>
        calls.AskAsync(
            calls.Call($"read commit {id.Hex[..7]}"),
            api => new CommitsClient(api).Get(calls.Owner, calls.Repository, id.Hex),
            GitCommit.Of,
            cancellationToken
        );

    /// <param name="id">A tree's name.</param>
    public async Task<GitTree> TreeAsync(GitId id, CancellationToken cancellationToken)
    {
        if (_trees.TryGetValue(id, out Task<GitTree>? known))
            return await known;
        GitHubCall call = calls.Call($"read tree {id.Hex[..7]}");
        GitTree tree = await calls.AskAsync(
            call,
            api => new TreesClient(api).Get(calls.Owner, calls.Repository, id.Hex),
            GitTree.Of,
            cancellationToken
        );
        if (tree.IsTruncated)
            throw GitHubException.Unsound(call, "the folder has too many files to be listed");
        _trees[id] = Task.FromResult(tree);
        return tree;
    }

    /// <summary>A file of a tree, its folders walked down; null when there is none, or something else by that path.</summary>
    public async Task<GitEntry?> FindAsync(GitId tree, string path, CancellationToken cancellationToken)
    {
        string[] parts = path.Split('/');
        for (int i = 0; ; i++)
        {
            GitEntry? entry = (await TreeAsync(tree, cancellationToken)).Entries.FirstOrDefault(entry => entry.Name == parts[i]);
            if (i == parts.Length - 1 || entry is not { IsFolder: true })
                return i == parts.Length - 1 && entry is { IsFile: true } ? entry : null;
            tree = entry.Id;
        }
    }

    /// <exception cref="GitHubException">It is too large, or other bytes came than its name is of.</exception>
    public async Task<byte[]> ReadBlobAsync(GitId id, CancellationToken cancellationToken)
    {
        GitHubCall call = calls.Call($"read file {id.Hex[..7]}");
        byte[] content = await calls.AskAsync(
            call,
            api => new BlobsClient(api).Get(calls.Owner, calls.Repository, id.Hex),
            (model, raw) =>
                model.Encoding.StringValue == "base64"
                    ? Convert.FromBase64String(raw.RequiredString("content"))
                    : throw new ContentException("the content is not Base64"),
            cancellationToken
        );
        return GitId.OfBlob(content) == id ? content : throw GitHubException.Unsound(call, "its bytes do not match its name");
    }

    public async Task WriteBlobAsync(GitId id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length > MaximumBlob)
            throw new ContentException($"{calls.Name}: a file of {content.Length} bytes: wanted {MaximumBlob} at the most");
        GitHubCall call = Writing("write file");
        NewBlob blob = new() { Content = Convert.ToBase64String(content.Span), Encoding = EncodingType.Base64 };
        GitId got = await calls.AskAsync(
            call,
            api => new BlobsClient(api).Create(calls.Owner, calls.Repository, blob),
            (model, _) => GitId.Parse(model.Sha.Required("sha")),
            cancellationToken
        );
        if (got != id)
            throw GitHubException.Unsound(call, $"it stored {got} for a file that is {id}");
    }

    /// <summary>Writes the tree that another becomes with some files in place of its own.</summary>
    public Task<GitId> WriteTreeAsync(
        GitId tree,
        IEnumerable<(string Path, string Mode, GitId Id)> files,
        CancellationToken cancellationToken
    )
    {
        NewTree wanted = new() { BaseTree = tree.Hex };
        foreach ((string path, string mode, GitId id) in files)
            wanted.Tree.Add(
                new NewTreeItem
                {
                    Path = path,
                    Mode = mode,
                    Type = TreeType.Blob,
                    Sha = id.Hex,
                }
            );
        return calls.AskAsync(
            Writing("write tree"),
            api => new TreesClient(api).Create(calls.Owner, calls.Repository, wanted),
            (model, _) => GitId.Parse(model.Sha.Required("sha")),
            cancellationToken
        );
    }

    /// <summary>Writes a commit; its times are given, to the second, so that it has the same name however often it is written.</summary>
    public Task<GitId> WriteCommitAsync(GitId tree, GitId parent, string message, CommitAuthor author, CancellationToken cancellationToken)
    {
        Committer who = new(author.Name, author.Email, DateTimeOffset.FromUnixTimeSeconds(author.When.ToUnixTimeSeconds()));
        NewCommit commit = new(message, tree.Hex, parent.Hex) { Author = who, Committer = who };
        return calls.AskAsync(
            Writing("write commit"),
            api => new CommitsClient(api).Create(calls.Owner, calls.Repository, commit),
            (model, _) => GitId.Parse(model.Sha.Required("sha")),
            cancellationToken
        );
    }

    private GitHubCall Writing(string operation) => calls.Call(operation) with { IsIdempotent = true };
}

/// <summary>A commit, as much of it as decides what may be done to its branch.</summary>
internal sealed record GitCommit(GitId Id, GitId Tree, ImmutableArray<GitId> Parents, string AuthorEmail)
{
    public static GitCommit Of(Commit model, JsonElement raw) =>
        new(
            GitId.Parse(model.Sha.Required("sha")),
            GitId.Parse(model.Tree.Sha.Required("tree")),
            [.. raw.Items("parents").Select(parent => GitId.Parse(parent.RequiredString("sha")))],
            model.Author.Email.Required("email")
        );
}

/// <summary>One folder.</summary>
internal sealed record GitTree(ImmutableArray<GitEntry> Entries, bool IsTruncated)
{
    /// <summary>
    /// A list that is malformed would be missing from Octokit's model, and the folder empty: its items are counted in the raw answer.
    /// </summary>
    public static GitTree Of(TreeResponse model, JsonElement raw) =>
        raw.RequiredItems("tree").Count() == model.Tree.Count
            ? new GitTree([.. model.Tree.Select(GitEntry.Of)], raw.OptionalFlag("truncated") ?? false)
            : throw new ContentException("'tree' is not a list");
}

/// <summary>What a folder holds.</summary>
/// <param name="Mode">As git writes it, in octal.</param>
internal sealed record GitEntry(string Name, string Mode, GitId Id)
{
    public bool IsFolder => Mode == "040000";

    /// <summary>No link and no submodule.</summary>
    public bool IsFile => Mode is "100644" or "100755";

    public static GitEntry Of(TreeItem model) =>
        new(model.Path.Required("path"), model.Mode.Required("mode"), GitId.Parse(model.Sha.Required("sha")));
}
