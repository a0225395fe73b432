using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Git;

/// <summary>What is otherwise about a file than the commit has it.</summary>
public enum GitChangeKind
{
    /// <summary>Changed, added to the index, removed or renamed; <c>git stash</c> takes it.</summary>
    Tracked,

    /// <summary>Not known to git, nor ignored.</summary>
    Untracked,

    /// <summary>Two sides of a merge disagree.</summary>
    Unmerged,

    /// <summary>Another repository inside, which is at another commit or changed.</summary>
    Submodule,

    /// <summary>Changed, and the index was told to look away (git update-index --assume-unchanged, --skip-worktree).</summary>
    Hidden,
}

/// <summary>A file that is not as the commit has it.</summary>
/// <param name="Path">From the top of the work tree; a folder of untracked files ends in <c>/</c>. Anybody's text.</param>
public sealed record GitChange(string Path, GitChangeKind Kind)
{
    private const int MostNamed = 5;

    /// <summary>What changed, in part of a sentence: at most five paths, each cleaned.</summary>
    public static string Names(ImmutableArray<GitChange> changes)
    {
        IEnumerable<string> named = changes
            .Take(MostNamed)
            .Select(change =>
                change.Kind == GitChangeKind.Tracked
                    ? Printable.Of(change.Path)
                    : $"{Printable.Of(change.Path)} "
                        + $"({change.Kind switch { GitChangeKind.Untracked => "untracked", GitChangeKind.Unmerged => "unmerged", GitChangeKind.Submodule => "submodule", _ => "hidden from git status" }})"
            );
        return string.Join(", ", named) + (changes.Length > MostNamed ? $" and {changes.Length - MostNamed} more" : "");
    }

    /// <summary>The command that makes the tree as the commit has it, or says what has to be done before; begins with <c>Run</c>.</summary>
    public static string Repair(ImmutableArray<GitChange> changes)
    {
        bool Any(GitChangeKind kind) => changes.Any(change => change.Kind == kind);
        if (Any(GitChangeKind.Unmerged))
            return "Run git status, and finish or abort the operation that it names";
        if (changes.FirstOrDefault(change => change.Kind == GitChangeKind.Hidden) is { } hidden)
        {
            // Git takes one of the two at a time.
            string path = ShellWord.Of(Printable.Of(hidden.Path));
            return $"Run git update-index --no-assume-unchanged -- {path} && git update-index --no-skip-worktree -- {path} && git stash";
        }

        if (Any(GitChangeKind.Submodule))
            return "Run git submodule update --init --recursive --force";
        return Any(GitChangeKind.Untracked)
            ? "Run git stash --include-untracked, or git add and git commit what belongs to the release and tag that, or name the "
                + "rest in .gitignore"
            : "Run git stash, or git commit --all and tag that commit";
    }
}
