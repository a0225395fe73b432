using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Slipway.Http;

/// <summary>
/// Where a list goes on: the target of the Link with the relation "next" (RFC 8288, section 3, which took RFC 5988's place). A page
/// never leaves the origin of the one before.
/// </summary>
public static partial class PageLink
{
    private const int MaximumLength = 16 * 1024;

    /// <summary>Reads a response's fields.</summary>
    /// <param name="next">The next page's address; null after the last page.</param>
    /// <param name="problem">
    /// The field breaks its grammar, which could hide pages, or leads where we do not go: its words for people.
    /// </param>
    /// <returns>Whether there is no problem.</returns>
    public static bool TryRead(HttpResponseMessage response, out Uri? next, out string problem)
    {
        ArgumentNullException.ThrowIfNull(response);
        (next, problem) = (null, "");
        if (!response.Headers.NonValidated.TryGetValues("Link", out HeaderStringValues fields))
            return true;
        string? target = null;
        foreach (string field in fields)
        {
            if (field.Length <= MaximumLength && Bare().Match(field) is { Success: true } bare)
            {
                target ??= bare.Groups["target"].Value;
                continue;
            }

            MatchCollection? links = field.Length <= MaximumLength ? Links().Matches(field) : null;
            if (links?.Sum(link => link.Length) != field.Length)
                problem = links is null ? "its Link is too long" : "its Link breaks the grammar";
            target ??= links?.FirstOrDefault(IsNext)?.Groups["target"].Value;
        }

        if (problem.Length > 0 || target is null)
            return problem.Length == 0;
        Uri from = response.RequestMessage!.RequestUri!;
        if (!Location.TryResolve(from, target, out Uri address, out string where))
            problem = "its next page: " + where;
        else if (!Location.SameOrigin(from, address))
            problem = "its next page is on another host";
        else
            next = address;
        return problem.Length == 0;
    }

    /// <summary>Of several parameters "rel" the first counts; it may hold several relations.</summary>
    private static bool IsNext(Match link)
    {
        CaptureCollection names = link.Groups["name"].Captures,
            values = link.Groups["value"].Captures;
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].Value.Equals("rel", StringComparison.OrdinalIgnoreCase))
                return values[i].Value.TrimStart(' ', '\t', '=').Trim('"').Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);
        }

        return false;
    }

    // Cloudflare's serverless registry leaves the brackets away.
    [GeneratedRegex("""^[ \t]*(?<target>[^ \t",;<>]+)[ \t]*;[ \t]*rel=("next"|next)[ \t]*\z""", RegexOptions.IgnoreCase)]
    private static partial Regex Bare();

    // Atomic: blanks between semicolons could be told apart in more ways than there is time to try.
    [GeneratedRegex(
        """\G[ \t,]*<(?<target>[^<>]*)>(?>([ \t]*;[ \t]*((?<name>[!#$&+.^_`|~0-9A-Za-z*-]+)(?<value>([ \t]*=[ \t]*([^ \t",;<>]+|"([^"\\]|\\.)*"))?))?)*)[ \t]*(,[ \t,]*|\z)"""
    )]
    private static partial Regex Links();
}
