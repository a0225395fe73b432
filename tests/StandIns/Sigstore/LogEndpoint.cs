using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>Rekor's HTTP API, version 1, below <c>/api/v1/log</c>: its key, and entries made, looked up and found again.</summary>
internal sealed class LogEndpoint(TransparencyLog log)
{
    private const string Entries = "/api/v1/log/entries";

    /// <summary>Answers; false when the path is none of these.</summary>
    /// <exception cref="ContentException">The request is refused.</exception>
    public async Task<bool> AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("GET", "/api/v1/log/publicKey"):
                context.Response.ContentType = "application/x-pem-file";
                await context.Response.Body.WriteAsync(
                    Encoding.ASCII.GetBytes(log.Key.ExportSubjectPublicKeyInfoPem() + "\n"),
                    context.RequestAborted
                );
                return true;
            case ("POST", Entries):
                await AddAsync(context, body);
                return true;
            case ("POST", Entries + "/retrieve"):
                await JsonAsync(context, writer => WriteFound(writer, body));
                return true;
            case ("GET", Entries):
                _ = int.TryParse(context.Request.Query["logIndex"], CultureInfo.InvariantCulture, out int index);
                await EntryAsync(context, index >= 0 && index < log.Count ? index : null);
                return true;
            case ("GET", { } path) when path.StartsWith(Entries + "/", StringComparison.Ordinal):
                await EntryAsync(context, log.Find(path[(Entries.Length + 1)..]));
                return true;
            default:
                return false;
        }
    }

    private async Task AddAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        (int index, bool isNew) = log.Add(body);
        context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status409Conflict;
        context.Response.Headers.Location = $"{Entries}/{log.IdOf(index)}";
        context.Response.Headers.ETag = log.IdOf(index);
        await JsonAsync(context, writer =>
        {
            if (isNew)
                log.Write(writer, index);
            else
                Refusal(writer, "an equivalent entry already exists");
        });
    }

    private async Task EntryAsync(HttpContext context, int? index)
    {
        context.Response.StatusCode = index is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        await JsonAsync(context, writer =>
        {
            if (index is { } found)
                log.Write(writer, found);
            else
                Refusal(writer, "there is no such entry");
        });
    }

    private void WriteFound(Utf8JsonWriter writer, ReadOnlyMemory<byte> query) => OciJson.Read(query, "query", root =>
        {
            List<int?> found =
            [
                .. root.Items("entryUUIDs").Select(id => log.Find(id.GetString()!)),
                .. root.Items("logIndexes").Select(index => index.GetInt32() is var i && i >= 0 && i < log.Count ? (int?)i : null),
                .. root.Items("entries").Select(entry => log.Find(Convert.ToHexStringLower(MerkleTree.Leaf(LogBody.Of(entry))))),
            ];
            writer.WriteStartArray();
            foreach (int? index in found)
            {
                if (index is { } known)
                    log.Write(writer, known);
            }

            writer.WriteEndArray();
            return true;
        });

    internal static void Refusal(Utf8JsonWriter writer, string message)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code", 400);
        writer.WriteString("message", message);
        writer.WriteEndObject();
    }

    internal static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        byte[] json = OciJson.Write(write);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
