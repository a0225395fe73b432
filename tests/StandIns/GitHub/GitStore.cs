using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>
/// A bare git repository, by the git program: what GitHub's Git Data API reads and writes. Its user is nobody of this machine.
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class GitStore(string path)
{
    private static readonly Dictionary<string, string?> Variables = new()
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_AUTHOR_NAME"] = "GitHub",
        ["GIT_AUTHOR_EMAIL"] = "noreply@github.example",
        ["GIT_COMMITTER_NAME"] = "GitHub",
        ["GIT_COMMITTER_EMAIL"] = "noreply@github.example",
    };

    public string Path => path;

    public static async Task<GitStore> CreateAsync(string path, string branch)
    {
        GitStore store = new(path);
        (await Git("init", "--quiet", "--bare", $"--initial-branch={branch}", path).RunAsync()).Require();
        return store;
    }

    /// <summary>What git prints, without the last line end. The test fails when git does.</summary>
    public async Task<string> RunAsync(params string[] arguments) =>
        (await Git(["--git-dir", path, .. arguments]).RunAsync()).Require().Output.TrimEnd('\n');

    /// <summary>The same; null when git refuses.</summary>
    public async Task<string?> TryAsync(params string[] arguments)
    {
        ChildResult result = await Git(["--git-dir", path, .. arguments]).RunAsync();
        return result.ExitCode == 0 ? result.Output.TrimEnd('\n') : null;
    }

    /// <summary>With variables of its own, such as who an author is.</summary>
    public async Task<string> RunAsync(IEnumerable<KeyValuePair<string, string?>> variables, params string[] arguments)
    {
        ChildProcess git = Git(["--git-dir", path, .. arguments]);
        Dictionary<string, string?> all = new(Variables);
        foreach ((string name, string? value) in variables)
            all[name] = value;
        return (await (git with { Variables = all }).RunAsync()).Require().Output.TrimEnd('\n');
    }

    /// <summary>Whether there is an object of this type by this name.</summary>
    public async Task<bool> HasAsync(string type, string sha) => IsSha(sha) && await TryAsync("cat-file", "-t", sha) == type;

    /// <summary>What a ref points at; null when there is none.</summary>
    public Task<string?> RefAsync(string name) => TryAsync("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{}");

    /// <summary>What a ref names itself, which an annotated tag is, and its type; null when there is none.</summary>
    public async Task<(string Sha, string Type)?> NamedAsync(string name) =>
        await TryAsync("rev-parse", "--verify", "--quiet", "--end-of-options", name) is { } sha
            ? (sha, await RunAsync("cat-file", "-t", sha))
            : null;

    /// <summary>A commit; null when there is none of that name.</summary>
    public async Task<StandInCommit?> CommitAsync(string sha)
    {
        if (!await HasAsync("commit", sha))
            return null;
        string[] parts = (
            await RunAsync("show", "--no-patch", "--format=%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B", sha)
        ).Split('\0');
        return new StandInCommit(sha, parts[0], [.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            AuthorName = parts[2],
            AuthorEmail = parts[3],
            AuthoredAt = Time(parts[4]),
            CommitterName = parts[5],
            CommitterEmail = parts[6],
            CommittedAt = Time(parts[7]),
            Message = parts[8].TrimEnd('\n'),
        };
    }

    /// <summary>Writes a blob; its name.</summary>
    public async Task<string> WriteBlobAsync(byte[] content)
    {
        string file = System.IO.Path.Combine(path, $"incoming-{Guid.NewGuid():n}");
        await File.WriteAllBytesAsync(file, content);
        try
        {
            return await RunAsync("hash-object", "-w", "--no-filters", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The bytes of a blob, past any encoding of a console.</summary>
    public async Task<byte[]> ReadBlobAsync(string sha)
    {
        string file = System.IO.Path.Combine(path, $"outgoing-{Guid.NewGuid():n}");
        ChildProcess shell = new("/bin/sh", "-c", "git --git-dir \"$0\" cat-file blob \"$1\" > \"$2\"", path, sha, file)
        {
            Variables = Variables,
        };
        (await shell.RunAsync()).Require();
        byte[] content = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        return content;
    }

    /// <summary>Writes the tree that another becomes with some entries in place of its own, through an index of one use.</summary>
    /// <param name="baseTree">Null for none.</param>
    /// <param name="entries">By path; a null name takes the path away.</param>
    public async Task<string> WriteTreeAsync(string? baseTree, IEnumerable<(string Mode, string? Sha, string Path)> entries)
    {
        string index = System.IO.Path.Combine(path, $"index-{Guid.NewGuid():n}");
        KeyValuePair<string, string?>[] own = [new("GIT_INDEX_FILE", index)];
        if (baseTree is not null)
            await RunAsync(own, "read-tree", baseTree);
        foreach ((string mode, string? sha, string name) in entries)
        {
            string[] change = sha is null ? ["--force-remove", "--", name] : ["--add", "--cacheinfo", $"{mode},{sha},{name}"];
            await RunAsync(own, ["update-index", .. change]);
        }

        string tree = await RunAsync(own, "write-tree");
        File.Delete(index);
        return tree;
    }

    private static DateTimeOffset Time(string seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));

    public static bool IsSha(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    private static ChildProcess Git(params IReadOnlyList<string> arguments) =>
        new("git", arguments) { Variables = Variables, TimeLimit = TimeSpan.FromMinutes(2) };
}

/// <summary>A commit of a <see cref="StandInRepository"/>.</summary>
internal sealed record StandInCommit(string Sha, string Tree, IReadOnlyList<string> Parents)
{
    public required string AuthorName { get; init; }

    public required string AuthorEmail { get; init; }

    public required DateTimeOffset AuthoredAt { get; init; }

    public required string CommitterName { get; init; }

    public required string CommitterEmail { get; init; }

    public required DateTimeOffset CommittedAt { get; init; }

    public required string Message { get; init; }
}
