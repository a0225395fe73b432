using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>A branch that may be written to: never the default branch of its repository, nor the one that is to take it.</summary>
internal sealed partial record WorkBranch
{
    private WorkBranch(string name)
    {
        Name = name;
    }

    /// <summary>Without <c>refs/heads/</c>.</summary>
    public string Name { get; }

    /// <exception cref="FormatException">It is no name of a branch (git, check-ref-format), or one that is not written to.</exception>
    public static WorkBranch Of(string name, RepositoryFacts repository, string target)
    {
        bool isName =
            Grammar().IsMatch(name)
            && !name.Contains("..", StringComparison.Ordinal)
            && name.Split('/')
                .All(part => part.Length > 0 && part[0] != '.' && !part.EndsWith('.') && !part.EndsWith(".lock", StringComparison.Ordinal));
        if (!isName || name.StartsWith("refs/", StringComparison.Ordinal))
            throw new FormatException(
                $"branch '{Printable.Of(name)}': wanted letters, digits and '.', '_', '-', '/', as in slipway/update-kubelet"
            );
        return name != repository.DefaultBranch && name != target
            ? new WorkBranch(name)
            : throw new FormatException(
                $"branch '{name}': it is the repository's default branch, or the base of the pull request; only a merge "
                    + "may write there"
            );
    }

    public override string ToString() => Name;

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}\z")]
    private static partial Regex Grammar();
}
