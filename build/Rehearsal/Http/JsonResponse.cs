using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>A response whose body is a small JSON document.</summary>
internal static class JsonResponse
{
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, string type = "application/json") =>
        WriteAsync(context, OciJson.Write(write), type);

    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> document, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(document, context.RequestAborted);
    }
}
