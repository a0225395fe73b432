using System.Globalization;
using System.Security.Cryptography;
using Xunit;

namespace Slipway.Testing;

/// <summary>Every path of a root file system and what lies there, by path without leading slash; the root itself is <c>.</c>.</summary>
public sealed record FileTree(IReadOnlyDictionary<string, FileNode> Nodes)
{
    /// <summary>Reads a tree, and names owners as the tree's own <c>/etc/passwd</c> and <c>/etc/group</c> do.</summary>
    public static async Task<FileTree> ReadAsync(string root)
    {
        ChildResult found = (
            await new ChildProcess("find", root, "-printf", @"%y\t%m\t%U\t%G\t%n\t%l\t%P\0")
            {
                Variables = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" },
            }.RunAsync()
        ).Require();
        Dictionary<string, string> users = Names(Path.Combine(root, "etc", "passwd")),
            groups = Names(Path.Combine(root, "etc", "group"));
        Dictionary<string, FileNode> nodes = new(StringComparer.Ordinal);
        foreach (string[] fields in found.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            Assert.True(fields.Length == 7, $"a name with a tab in {root}: {string.Join('|', fields)}");
            (string kind, string path) = (fields[0], fields[6].Length == 0 ? "." : fields[6]);
            nodes.Add(
                path,
                new FileNode(kind[0])
                {
                    Mode = kind == "l" ? "" : fields[1],
                    Owner = $"{users.GetValueOrDefault(fields[2], fields[2])}:{groups.GetValueOrDefault(fields[3], fields[3])}",
                    Names = kind == "f" ? int.Parse(fields[4], CultureInfo.InvariantCulture) : 1,
                    Content =
                        kind == "l" ? fields[5]
                        : kind == "f" ? await HashAsync(Path.Combine(root, path))
                        : "",
                }
            );
        }

        return new FileTree(nodes);
    }

    /// <summary>Every path at which two trees differ, in order, with what lies there in each.</summary>
    public static IReadOnlyList<TreeDifference> Differences(FileTree left, FileTree right) =>
        [
            .. left
                .Nodes.Keys.Union(right.Nodes.Keys)
                .Order(StringComparer.Ordinal)
                .Select(path => new TreeDifference(path, left.Nodes.GetValueOrDefault(path), right.Nodes.GetValueOrDefault(path)))
                .Where(difference => difference.Left != difference.Right),
        ];

    /// <summary>Names by number; the first of a number counts.</summary>
    private static Dictionary<string, string> Names(string path) =>
        !File.Exists(path)
            ? []
            : File.ReadLines(path)
                .Select(line => line.Split(':'))
                .GroupBy(fields => fields[2], StringComparer.Ordinal)
                .ToDictionary(same => same.Key, same => same.First()[0], StringComparer.Ordinal);

    private static async Task<string> HashAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }
}

/// <summary>What lies at a path.</summary>
/// <param name="Kind">As find(1) says: f, d, l, c, b, p or s.</param>
public sealed record FileNode(char Kind)
{
    /// <summary>Octal permission bits; empty for links, which have none.</summary>
    public required string Mode { get; init; }

    /// <summary>User and group by name, by number where there is no name.</summary>
    public required string Owner { get; init; }

    /// <summary>How many hard links a file has.</summary>
    public required int Names { get; init; }

    /// <summary>A file's SHA-256, a link's target.</summary>
    public required string Content { get; init; }

    public override string ToString() =>
        string.Join(' ', new[] { $"{Kind}", Mode, Owner, Names == 1 ? "" : $"x{Names}", Content }.Where(part => part.Length > 0));
}

/// <summary>A path at which two trees differ; null where there is nothing.</summary>
public sealed record TreeDifference(string Path, FileNode? Left, FileNode? Right)
{
    public override string ToString() => $"/{Path}: {Left?.ToString() ?? "nothing"} | {Right?.ToString() ?? "nothing"}";
}
