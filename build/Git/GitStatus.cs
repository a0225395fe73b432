using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Git;

/// <summary>What git says about the work tree, for programs (git-status, "Porcelain Format Version 2"; git-ls-files, -v).</summary>
internal static class GitStatus
{
    /// <summary>More files than anybody hides from git.</summary>
    private const int MostHidden = 200;

    /// <param name="untracked">How untracked files are told: <c>normal</c> by the folder, <c>all</c> one by one.</param>
    public static string[] Question(string untracked) =>
        ["status", "--porcelain=v2", "-z", "--untracked-files=" + untracked, "--ignore-submodules=none", "--no-renames"];

    public static ImmutableArray<GitChange> Parse(string output) =>
        [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(entry => entry[0] != '#').Select(ParseEntry)];

    /// <summary>Files that git was told not to look at, and that are not as the index has them.</summary>
    /// <param name="output">
    /// Of <c>git ls-files -v</c>: a lower-case letter is for a file that is assumed to be unchanged, S for one that is skipped.
    /// </param>
    /// <param name="hashes">What the index has of a path, and what the file is.</param>
    public static async Task<ImmutableArray<GitChange>> HiddenAsync(
        string root,
        string output,
        Func<string, Task<(string? Index, string? File)>> hashes
    )
    {
        string[] paths =
        [
            .. output
                .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Where(entry => entry.Length > 2 && (char.IsAsciiLetterLower(entry[0]) || entry[0] == 'S'))
                .Select(entry => entry[2..])
                // A sparse checkout skips what is not there.
                .Where(path => File.Exists(Path.Combine(root, path))),
        ];
        if (paths.Length > MostHidden)
            return [.. paths.Select(path => new GitChange(path, GitChangeKind.Hidden))];
        var hidden = ImmutableArray.CreateBuilder<GitChange>();
        foreach (string path in paths)
        {
            (string? index, string? file) = await hashes(path);
            if (index is null || index != file)
                hidden.Add(new GitChange(path, GitChangeKind.Hidden));
        }

        return hidden.ToImmutable();
    }

    /// <summary><c>1 XY sub mH mI mW hH hI path</c>, <c>u XY sub m1 m2 m3 mW h1 h2 h3 path</c>, <c>? path</c>.</summary>
    private static GitChange ParseEntry(string entry) =>
        entry[0] switch
        {
            '?' when entry.Length > 2 => new GitChange(entry[2..], GitChangeKind.Untracked),
            '1' when entry.Split(' ', 9) is { Length: 9 } fields => new GitChange(
                fields[8],
                fields[2].StartsWith('S') ? GitChangeKind.Submodule : GitChangeKind.Tracked
            ),
            'u' when entry.Split(' ', 11) is { Length: 11 } fields => new GitChange(fields[10], GitChangeKind.Unmerged),
            _ => throw new ReleaseException($"git status printed '{Printable.Of(entry)}', which is not an entry"),
        };
}
