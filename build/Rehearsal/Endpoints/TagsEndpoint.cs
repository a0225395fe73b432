using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>Lists tags in ordinal order, in pages (distribution specification, "Listing Tags").</summary>
internal sealed class TagsEndpoint
{
    private const int MaximumPage = 1000;

    private readonly ContentStore _store;

    public TagsEndpoint(ContentStore store)
    {
        _store = store;
    }

    public Task RespondAsync(HttpContext context, RegistryPath path)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            throw new ErrorResponse(405, "UNSUPPORTED", "tags can be listed here");
        if (!_store.HasRepository(path.Repository))
            throw new ErrorResponse(404, "NAME_UNKNOWN", "repository name not known to registry");
        int wanted = MaximumPage;
        string n = context.Request.Query["n"].ToString();
        if (n.Length > 0 && !int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out wanted))
            throw new ErrorResponse(400, "UNSUPPORTED", "n is not a number");
        string last = context.Request.Query["last"].ToString();
        List<string> after = [.. _store.Tags(path.Repository).Where(tag => string.CompareOrdinal(tag, last) > 0)];
        List<string> page = [.. after.Take(Math.Min(wanted, MaximumPage))];
        if (page.Count > 0 && page.Count < after.Count)
            context.Response.Headers.Link = $"</v2/{path.Repository}/tags/list?n={page.Count}&last={page[^1]}>; rel=\"next\"";
        return JsonResponse.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", path.Repository);
            writer.WriteStartArray("tags");
            foreach (string tag in page)
                writer.WriteStringValue(tag);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
