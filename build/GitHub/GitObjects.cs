using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
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
        calls.Wire.ReadAsync(calls.Get($"/git/commits/{id}", $"read commit {id.Hex[..7]}"), GitCommit.Read, cancellationToken);

    /// <param name="id">A tree's name.</param>
    public async Task<GitTree> TreeAsync(GitId id, CancellationToken cancellationToken)
    {
        if (_trees.TryGetValue(id, out Task<GitTree>? known))
            return await known;
        GitHubCall call = calls.Get($"/git/trees/{id}", $"read tree {id.Hex[..7]}");
        GitTree tree = await calls.Wire.ReadAsync(call, GitTree.Read, cancellationToken);
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
        GitHubCall call = calls.Get($"/git/blobs/{id}", $"read file {id.Hex[..7]}");
        byte[] content = await calls.Wire.ReadAsync(
            call,
            root => root.RequiredString("encoding") == "base64" ? Convert.FromBase64String(root.RequiredString("content")) : throw new ContentException("the content is no Base64"),
            cancellationToken);
        return GitId.OfBlob(content) == id ? content : throw GitHubException.Unsound(call, "its bytes are others than its name is of");
    }

    public async Task WriteBlobAsync(GitId id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length > MaximumBlob)
            throw new ContentException($"{calls.Name}: a file of {content.Length} bytes: wanted {MaximumBlob} at the most");
        GitHubCall call = Post("/git/blobs", "write file", writer =>
        {
            writer.WriteString("content", Convert.ToBase64String(content.Span));
            writer.WriteString("encoding", "base64");
        });
        GitId got = await calls.Wire.ReadAsync(call, ReadId, cancellationToken);
        if (got != id)
            throw GitHubException.Unsound(call, $"it has {got} of a file that is {id}");
    }

    /// <summary>Writes the tree that another becomes with some files in place of its own.</summary>
    public Task<GitId> WriteTreeAsync(GitId tree, IEnumerable<(string Path, string Mode, GitId Id)> files, CancellationToken cancellationToken)
    {
        ImmutableArray<(string Path, string Mode, GitId Id)> all = [.. files];
        GitHubCall call = Post("/git/trees", "write tree", writer =>
        {
            writer.WriteString("base_tree", tree.Hex);
            writer.WriteStartArray("tree");
            foreach ((string path, string mode, GitId id) in all)
            {
                writer.WriteStartObject();
                writer.WriteString("path", path);
                writer.WriteString("mode", mode);
                writer.WriteString("type", "blob");
                writer.WriteString("sha", id.Hex);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
        return calls.Wire.ReadAsync(call, ReadId, cancellationToken);
    }

    /// <summary>Writes a commit; its times are given, so that it has the same name however often it is written.</summary>
    public Task<GitId> WriteCommitAsync(GitId tree, GitId parent, string message, CommitAuthor author, CancellationToken cancellationToken)
    {
        GitHubCall call = Post("/git/commits", "write commit", writer =>
        {
            writer.WriteString("message", message);
            writer.WriteString("tree", tree.Hex);
            writer.WriteStartArray("parents");
            writer.WriteStringValue(parent.Hex);
            writer.WriteEndArray();
            foreach (string role in (string[])["author", "committer"])
            {
                writer.WriteStartObject(role);
                writer.WriteString("name", author.Name);
                writer.WriteString("email", author.Email);
                writer.WriteString("date", author.When.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
        });
        return calls.Wire.ReadAsync(call, ReadId, cancellationToken);
    }

    private GitHubCall Post(string path, string operation, Action<Utf8JsonWriter> properties) => calls.Post(path, operation, writer =>
    {
        writer.WriteStartObject();
        properties(writer);
        writer.WriteEndObject();
    }) with { IsIdempotent = true };

    private static GitId ReadId(JsonElement root) => GitId.Parse(root.RequiredString("sha"));
}

/// <summary>A commit, as much of it as decides what may be done to its branch.</summary>
internal sealed record GitCommit(GitId Id, GitId Tree, ImmutableArray<GitId> Parents, string AuthorEmail)
{
    public static GitCommit Read(JsonElement root) => new(
        GitId.Parse(root.RequiredString("sha")),
        GitId.Parse(root.Required("tree").RequiredString("sha")),
        [.. root.Items("parents").Select(parent => GitId.Parse(parent.RequiredString("sha")))],
        root.Required("author").RequiredString("email"));
}

/// <summary>One folder.</summary>
internal sealed record GitTree(ImmutableArray<GitEntry> Entries, bool IsTruncated)
{
    public static GitTree Read(JsonElement root) => new([.. root.Items("tree").Select(GitEntry.Read)], root.Flag("truncated"));
}

/// <summary>What a folder holds.</summary>
/// <param name="Mode">As git writes it, in octal.</param>
internal sealed record GitEntry(string Name, string Mode, GitId Id)
{
    public bool IsFolder => Mode == "040000";

    /// <summary>No link and no submodule.</summary>
    public bool IsFile => Mode is "100644" or "100755";

    public static GitEntry Read(JsonElement element) =>
        new(element.RequiredString("path"), element.RequiredString("mode"), GitId.Parse(element.RequiredString("sha")));
}
