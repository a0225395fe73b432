using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The differences from the reference root that are meant. A line is a path, or a folder and <c>/**</c> for all that lies
/// there and below; then <c>#</c> and the reason. A line that begins with an architecture in brackets is for that alone.
/// </summary>
public sealed class TreeExceptions
{
    private readonly List<MeantDifference> _exceptions;

    private TreeExceptions(List<MeantDifference> exceptions)
    {
        _exceptions = exceptions;
    }

    /// <summary>Reads the list for an architecture; every line needs a reason, and no two may cover one path.</summary>
    public static TreeExceptions Read(IEnumerable<string> lines, string architecture)
    {
        List<MeantDifference> read = [];
        foreach (string line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = line.Split('#', 2);
            string[] words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(parts.Length == 2 && parts[1].Trim().Length > 0, $"no reason: {line}");
            Assert.True(words.Length == 1 || (words.Length == 2 && words[0] is "[amd64]" or "[arm64]"), $"not one path: {line}");
            if (words.Length == 1 || words[0] == $"[{architecture}]")
                read.Add(new MeantDifference(words[^1]));
        }

        foreach (MeantDifference exception in read)
            Assert.DoesNotContain(read, other => other != exception && other.Covers(exception.Folder));
        return new TreeExceptions(read);
    }

    /// <summary>The differences that no exception covers.</summary>
    public IEnumerable<TreeDifference> Unexcused(IEnumerable<TreeDifference> differences) =>
        differences.Where(difference => !_exceptions.Exists(exception => exception.Covers(difference.Path)));

    /// <summary>The exceptions that cover no difference.</summary>
    public IEnumerable<string> Unused(IReadOnlyCollection<TreeDifference> differences) =>
        _exceptions
            .Where(exception => !differences.Any(difference => exception.Covers(difference.Path)))
            .Select(exception => exception.Path);
}

/// <param name="Path">A path, or a folder and <c>/**</c>.</param>
public sealed record MeantDifference(string Path)
{
    private const string Subtree = "/**";

    /// <summary>The path itself, or the top of the subtree.</summary>
    public string Folder => Path.EndsWith(Subtree, StringComparison.Ordinal) ? Path[..^Subtree.Length] : Path;

    public bool Covers(string path) => path == Folder || (Path != Folder && path.StartsWith(Folder + "/", StringComparison.Ordinal));
}
