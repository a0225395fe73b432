using System.Text.RegularExpressions;

namespace Slipway.Spdx;

/// <summary>
/// The first line of a License field (Debian's copyright-format 1.0, "Syntax" of the license specification) as an SPDX
/// licence expression (annex D). A name that SPDX does not list is never guessed at.
/// </summary>
public static partial class LicenceExpression
{
    /// <summary>From what binds least to what binds most: a comma before the word turns the order around.</summary>
    private static readonly (Regex Separator, string Operator)[] Levels =
    [
        (CommaOr(), "OR"),
        (CommaAnd(), "AND"),
        (Or(), "OR"),
        (And(), "AND"),
    ];

    /// <param name="synopsis">One line.</param>
    /// <param name="other">Gives the <c>LicenseRef-…</c> of a name that SPDX does not list.</param>
    /// <returns>What holds at once: joined by AND, the expression. No part is an AND itself.</returns>
    public static IEnumerable<string> Of(string synopsis, Func<string, string> other) =>
        Of(Blanks().Replace(synopsis, " ").Trim(), other, 0);

    /// <summary>All of some parts at once: each once, in ordinal order.</summary>
    public static string All(IEnumerable<string> parts) => Join(parts.Order(StringComparer.Ordinal), "AND", "OR");

    private static IEnumerable<string> Of(string text, Func<string, string> other, int level)
    {
        if (level == Levels.Length)
            return [Name(text, other)];
        (Regex separator, string word) = Levels[level];
        string[] parts = [.. separator.Split(text).Select(part => part.Trim())];
        return word == "AND" || parts.Length == 1
            ? parts.SelectMany(part => Of(part, other, level + 1))
            : [Join(parts.Select(part => Join(Of(part, other, level + 1), "AND", "OR")), "OR", "AND")];
    }

    private static string Join(IEnumerable<string> parts, string word, string inner)
    {
        string[] once = [.. parts.Distinct(StringComparer.Ordinal)];
        return once.Length == 1
            ? once[0]
            : string.Join($" {word} ", once.Select(part => part.Contains($" {inner} ", StringComparison.Ordinal) ? $"({part})" : part));
    }

    private static string Name(string name, Func<string, string> other)
    {
        Match with = With().Match(name);
        if (
            with.Success
            && Listed(with.Groups["licence"].Value) is { } licence
            && Exception(with.Groups["exception"].Value) is { } exception
        )
            return $"{licence} WITH {exception}";
        return Listed(name) ?? other(name);
    }

    private static string? Listed(string name)
    {
        if (Gnu().Match(name) is { Success: true } gnu)
        {
            string minor = gnu.Groups["minor"].Success ? gnu.Groups["minor"].Value : "0";
            string invariants = gnu.Groups["niv"].Success ? "no-invariants-" : "";
            string later = gnu.Groups["later"].Value is "" or "-only" ? "only" : "or-later";
            return LicenceList.Has(
                $"{gnu.Groups["family"].Value}-{gnu.Groups["major"].Value}.{minor}-{invariants}{later}",
                out string? listed
            )
                ? listed
                : null;
        }

        if (LicenceList.Has(name, out string? id))
            return id;
        if (name.EndsWith('+') && LicenceList.Has(name[..^1], out id))
            return id + "+";
        // Debian's names for what SPDX calls otherwise, where both mean one text.
        return name.ToUpperInvariant() switch
        {
            "EXPAT" => "MIT",
            "APACHE-2" => "Apache-2.0",
            "CC0" => "CC0-1.0",
            "MPL-2" => "MPL-2.0",
            _ => null,
        };
    }

    private static string? Exception(string name) =>
        LicenceList.HasException(name, out string? id) || LicenceList.HasException(name + "-exception", out id) ? id : null;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@",\s*or ", RegexOptions.IgnoreCase)]
    private static partial Regex CommaOr();

    [GeneratedRegex(@",\s*and ", RegexOptions.IgnoreCase)]
    private static partial Regex CommaAnd();

    [GeneratedRegex(" or ", RegexOptions.IgnoreCase)]
    private static partial Regex Or();

    [GeneratedRegex(" and ", RegexOptions.IgnoreCase)]
    private static partial Regex And();

    [GeneratedRegex(@"\A(?<licence>\S+) with (?<exception>\S+)(?: exception)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex With();

    [GeneratedRegex(
        @"\A(?<family>GPL|LGPL|AGPL|GFDL)(?<niv>-NIV)?-(?<major>[0-9]{1,2})(?:\.(?<minor>[0-9]{1,2}))?(?<later>\+|-only|-or-later)?\z",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Gnu();
}
