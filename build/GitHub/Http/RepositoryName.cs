using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Slipway.GitHub;

/// <summary>A repository as people write it: <c>OWNER/NAME</c>, on github.com where no host stands before.</summary>
/// <param name="Host">In lower case, with its port where it has one.</param>
public sealed partial record RepositoryName(string Host, string Owner, string Name)
{
    public const string DefaultHost = "github.com";

    /// <summary>
    /// Reads <c>OWNER/NAME</c>, <c>HOST/OWNER/NAME</c>, and what git has as the address of a remote: <c>https://HOST/OWNER/NAME.git</c>,
    /// <c>ssh://git@HOST/OWNER/NAME</c>, <c>git@HOST:OWNER/NAME.git</c>. User information is left out.
    /// </summary>
    /// <exception cref="FormatException">It is none of these; the message holds nothing of a password in it.</exception>
    public static RepositoryName Parse(string text) =>
        TryParse(text, out RepositoryName? name)
            ? name
            : throw new FormatException(
                "wanted a repository as OWNER/NAME or HOST/OWNER/NAME, or the address of a git remote of that form"
            );

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RepositoryName? name)
    {
        Match match = Grammar().Match(text ?? "");
        string repository = match.Groups["name"].Value;
        if (repository.EndsWith(".git", StringComparison.Ordinal))
            repository = repository[..^4];
        name =
            match.Success && repository is not ("" or "." or "..")
                ? new RepositoryName(
                    match.Groups["host"].Success ? match.Groups["host"].Value.ToLowerInvariant() : DefaultHost,
                    match.Groups["owner"].Value,
                    repository
                )
                : null;
        return name is not null;
    }

    public override string ToString() => $"{Host}/{Owner}/{Name}";

    [GeneratedRegex(
        @"^(?:(?:https?|ssh|git)://(?:[^/@\s]*@)?(?<host>[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)/|[A-Za-z0-9_-]+@(?<host>[A-Za-z0-9][A-Za-z0-9.-]*):|(?<host>[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)/)?(?<owner>[A-Za-z0-9_][A-Za-z0-9_-]{0,99})/(?<name>[A-Za-z0-9._-]{1,104})/?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Grammar();
}
