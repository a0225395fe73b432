using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>Whatever would store a blob or a manifest is answered as if it had.</summary>
internal sealed record CreationFault : Fault
{
    public override bool AppliesTo(RehearsalRequest request) =>
        request.Method switch
        {
            "PUT" => request.Concerns("/manifests/") || request.HasQuery("digest"),
            "POST" => request.Concerns("/blobs/uploads") && (request.HasQuery("digest") || request.HasQuery("mount")),
            _ => false,
        };

    internal override async Task HappenAsync(HttpExchange exchange)
    {
        if (!AppliesTo(exchange.Request))
        {
            await exchange.RespondAsync();
            return;
        }

        RegistryPath path = exchange.Path;
        exchange.AuthMiddleware.Check(exchange.Context, path);
        Digest content = Digest.FromHash(
            "sha256",
            await SHA256.HashDataAsync(exchange.Context.Request.Body, exchange.Context.RequestAborted)
        );
        IQueryCollection query = exchange.Context.Request.Query;
        string named =
            path.Area == Area.Manifest ? path.Last
            : query["digest"].ToString() is { Length: > 0 } digest ? digest
            : query["mount"].ToString();
        Digest said = Digest.TryParse(named, out Digest? known) ? known : content;
        HttpResponse response = exchange.Context.Response;
        response.StatusCode = 201;
        response.Headers.Location = $"/v2/{path.Repository}/{(path.Area == Area.Manifest ? "manifests" : "blobs")}/{said}";
        response.Headers["Docker-Content-Digest"] = said.ToString();
    }
}
