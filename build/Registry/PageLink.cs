using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Slipway.Registry;

/// <summary>
/// Where a list goes on: the target of the Link with the relation "next" (RFC 8288, section 3, which took RFC 5988's place;
/// distribution specification, "Listing Tags" and "Listing Referrers").
/// </summary>
internal static partial class PageLink
{
    /// <summary>The next page's address; null after the last page.</summary>
    /// <exception cref="RegistryException">It leads where we do not go.</exception>
    public static Uri? NextOf(Call call, HttpResponseMessage answer)
    {
        if (!answer.Headers.NonValidated.TryGetValues("Link", out HeaderStringValues fields))
            return null;
        Match? next = fields.SelectMany(field => Link().Matches(field)).FirstOrDefault(link =>
            link.Groups[2].Value.Split(';', ',').Any(parameter => parameter.Replace(" ", "").ToLowerInvariant() is "rel=next" or "rel=\"next\""));
        if (next is null)
            return null;
        return Location.TryResolve(answer.RequestMessage!.RequestUri!, next.Groups[1].Value, out Uri address, out string problem)
            ? address
            : throw RegistryException.Unsound(call.Asked, "its next page: " + problem);
    }

    [GeneratedRegex("<([^<>]*)>([^<>]*)")]
    private static partial Regex Link();
}
