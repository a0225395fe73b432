using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// Lists what has a manifest as its subject, in pages (distribution specification, "Listing Referrers"). The subject need
/// not exist, nor the repository. A page ends where it would exceed what an index may have, or the size that was asked for.
/// </summary>
internal sealed class ReferrersEndpoint
{
    /// <summary>Room for the frame of an index around its descriptors, in bytes.</summary>
    private const int Frame = 200;

    private readonly ContentStore _store;
    private readonly int _page;

    public ReferrersEndpoint(ContentStore store, int page)
    {
        _store = store;
        _page = page;
    }

    public Task RespondAsync(HttpContext context, RegistryPath path)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            throw new ErrorResponse(405, "UNSUPPORTED", "referrers can be listed here");
        Digest subject = BlobEndpoint.DigestOf(path.Last);
        string type = context.Request.Query["artifactType"].ToString(),
            last = context.Request.Query["last"].ToString();
        List<Descriptor> after =
        [
            .. _store
                .Referrers(path.Repository, subject)
                .Where(referrer => type.Length == 0 || referrer.ArtifactType == type)
                .SkipWhile(referrer => last.Length > 0 && string.CompareOrdinal(referrer.Digest.ToString(), last) <= 0),
        ];
        List<Descriptor> page = Page(after);
        if (type.Length > 0)
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        if (page.Count < after.Count)
        {
            string filter = type.Length == 0 ? "" : "&artifactType=" + Uri.EscapeDataString(type);
            context.Response.Headers.Link = $"</v2/{path.Repository}/referrers/{subject}?last={page[^1].Digest}{filter}>; rel=\"next\"";
        }

        return JsonResponse.WriteAsync(context, new Oci.Index([.. page]).ToBytes(), MediaType.Index);
    }

    /// <summary>At least one, so that whoever follows the links comes to an end.</summary>
    private List<Descriptor> Page(List<Descriptor> all)
    {
        long size = Frame;
        return
        [
            .. all.Take(_page)
                .TakeWhile(
                    (referrer, i) =>
                        (size += OciJson.Write(writer => writer.WriteDescriptor(referrer)).Length + 1) <= OciJson.MaximumManifestSize
                        || i == 0
                ),
        ];
    }
}
