using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>One answer of the referrers API (distribution specification, "Listing Referrers").</summary>
/// <param name="Next">Where the next page is; null after the last one.</param>
internal sealed partial record ReferrersPage(ImmutableArray<Descriptor> Referrers, Uri? Next)
{
    /// <exception cref="RegistryException">The answer is no image index, or leads where we do not go.</exception>
    /// <exception cref="ContentException">The index is damaged or larger than a manifest may be.</exception>
    public static async Task<ReferrersPage> ReadAsync(Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        string? type = answer.Content.Headers.ContentType?.MediaType;
        if (type != MediaType.Index)
            throw RegistryException.Unsound(call.Asked, $"wanted {MediaType.Index}, got {(type is null ? "no media type" : "another media type")}");
        ManifestContent index = await ManifestAnswer.ReadAsync(answer, null, call.Asked, cancellationToken);
        return new ReferrersPage(Oci.Index.Parse(index.Bytes).Manifests, NextOf(call, answer));
    }

    /// <summary>The target of the Link with the relation "next" (RFC 8288, section 3, which took RFC 5988's place).</summary>
    private static Uri? NextOf(Call call, HttpResponseMessage answer)
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
