using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>Ends the handling of a request with an error of the distribution specification, "Error Codes".</summary>
internal sealed class ErrorResponse : Exception
{
    public ErrorResponse(int status, string code, string message)
        : base(message)
    {
        Status = status;
        Code = code;
    }

    public int Status { get; }

    public string Code { get; }

    /// <summary>Handles a request; an error of this kind becomes its answer, unless one is on the way already.</summary>
    public static async Task TellAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (ErrorResponse e) when (!context.Response.HasStarted)
        {
            byte[] body = e.ToBytes();
            context.Response.StatusCode = e.Status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
                await context.Response.Body.WriteAsync(body);
        }
    }

    public static ErrorResponse NoEndpoint() => new(404, "UNSUPPORTED", "no such end-point");

    private byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors");
            writer.WriteStartObject();
            writer.WriteString("code", Code);
            writer.WriteString("message", Message);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    /// <summary>The registry was told to keep everything ("Content Management": disabled deletion is 400 or 405).</summary>
    public static ErrorResponse DeletionRefused() => new(405, "UNSUPPORTED", "nothing can be deleted here");
}
