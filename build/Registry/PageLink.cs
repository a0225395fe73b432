using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Slipway.Registry;

/// <summary>
/// Where a list goes on: the target of the Link with the relation "next" (RFC 8288, section 3, which took RFC 5988's place;
/// distribution specification, "Listing Tags" and "Listing Referrers"). A page never leaves the origin of the one before.
/// </summary>
internal static partial class PageLink
{
    private const int MaximumLength = 16 * 1024;

    /// <summary>The next page's address; null after the last page.</summary>
    /// <exception cref="RegistryException">The field breaks its grammar, which could hide pages, or leads where we do not go.</exception>
    public static Uri? NextOf(Call call, HttpResponseMessage answer)
    {
        if (!answer.Headers.NonValidated.TryGetValues("Link", out HeaderStringValues fields))
            return null;
        string? target = null;
        foreach (string field in fields)
        {
            MatchCollection links = field.Length <= MaximumLength ? Links().Matches(field)
                : throw RegistryException.Unsound(call.Asked, "its Link is too long");
            if (links.Sum(link => link.Length) != field.Length)
                throw RegistryException.Unsound(call.Asked, "its Link breaks the grammar");
            target ??= links.FirstOrDefault(IsNext)?.Groups["target"].Value;
        }

        if (target is null)
            return null;
        Uri from = answer.RequestMessage!.RequestUri!;
        if (!Location.TryResolve(from, target, out Uri address, out string problem))
            throw RegistryException.Unsound(call.Asked, "its next page: " + problem);
        return Location.SameOrigin(from, address) ? address : throw RegistryException.Unsound(call.Asked, "its next page is on another host");
    }

    /// <summary>Of several parameters "rel" the first counts; it may hold several relations.</summary>
    private static bool IsNext(Match link)
    {
        CaptureCollection names = link.Groups["name"].Captures, values = link.Groups["value"].Captures;
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].Value.Equals("rel", StringComparison.OrdinalIgnoreCase))
                return values[i].Value.TrimStart(' ', '\t', '=').Trim('"').Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);
        }

        return false;
    }

    // Atomic: blanks between semicolons could be told apart in more ways than there is time to try.
    [GeneratedRegex("""\G[ \t,]*<(?<target>[^<>]*)>(?>([ \t]*;[ \t]*((?<name>[!#$&+.^_`|~0-9A-Za-z*-]+)(?<value>([ \t]*=[ \t]*([^ \t",;<>]+|"([^"\\]|\\.)*"))?))?)*)[ \t]*(,[ \t,]*|\z)""")]
    private static partial Regex Links();
}
