using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>One answer of the referrers API (distribution specification, "Listing Referrers").</summary>
/// <param name="PassedOver">So many more entries are malformed.</param>
/// <param name="Size">Of the answer, in bytes.</param>
/// <param name="Next">Where the next page is; null after the last one.</param>
internal sealed record ReferrersPage(ImmutableArray<Descriptor> Referrers, int PassedOver, int Size, Uri? Next) : IListPage
{
    /// <exception cref="RegistryException">The answer is no image index, or leads where we do not go.</exception>
    /// <exception cref="ContentException">The index is damaged or larger than a manifest may be.</exception>
    public static async Task<ReferrersPage> ReadAsync(Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        string? type = ContentType.Of(answer);
        if (type != MediaType.Index)
            throw RegistryException.Unsound(
                call.Asked,
                $"wanted {MediaType.Index}, got {(type is null ? "no media type" : "another media type")}"
            );
        ManifestContent index = await ManifestAnswer.ReadAsync(answer, null, call.Asked, cancellationToken);
        (ImmutableArray<Descriptor> referrers, int passedOver) = Oci.Index.ParseReferrers(index.Bytes);
        return new ReferrersPage(referrers, passedOver, index.Bytes.Length, RegistryException.NextPage(call.Asked, answer));
    }
}
