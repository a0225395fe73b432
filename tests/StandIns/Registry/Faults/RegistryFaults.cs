using Microsoft.AspNetCore.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>The token is forgotten, and the request refused whether it had one or not.</summary>
internal sealed record RevocationFault : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        exchange.AuthMiddleware.Revoke(exchange.Context.Request);
        throw exchange.AuthMiddleware.Refusal(exchange.Context, exchange.Path);
    }
}

/// <summary>The end-point does not get to know that there was something to mount.</summary>
internal sealed record MountFault : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => request.Method == "POST" && request.HasQuery("mount");

    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (AppliesTo(exchange.Request))
            exchange.Context.Request.QueryString = QueryString.Empty;
        return exchange.RespondAsync();
    }
}

/// <summary>The end-point is told that the chunk begins where no chunk can.</summary>
internal sealed record ChunkFault : Fault
{
    private const string Nowhere = "999999999999999999-999999999999999999";

    public override bool AppliesTo(RehearsalRequest request) => request.Method is "PATCH" or "PUT" && request.Concerns("/blobs/uploads/");

    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (AppliesTo(exchange.Request))
            exchange.Context.Request.Headers.ContentRange = Nowhere;
        return exchange.RespondAsync();
    }
}

internal sealed record DigestFault : Fault
{
    private static readonly string Other = Digest.Of("other content"u8).ToString();

    public override bool AppliesTo(RehearsalRequest request) =>
        request.Method != "DELETE" && (request.Concerns("/manifests/") || request.Concerns("/blobs/"));

    internal override Task HappenAsync(HttpExchange exchange)
    {
        IHeaderDictionary header = exchange.Context.Response.Headers;
        exchange.Context.Response.OnStarting(() =>
        {
            if (header.ContainsKey("Docker-Content-Digest"))
                header["Docker-Content-Digest"] = Other;
            return Task.CompletedTask;
        });
        return exchange.RespondAsync();
    }
}

internal sealed record ReferrersFault : Fault
{
    public override bool AppliesTo(RehearsalRequest request) =>
        request.Concerns("/referrers/") || (request.Method == "PUT" && request.Concerns("/manifests/"));

    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (exchange.Request.Concerns("/referrers/"))
            throw ErrorResponse.NoEndpoint();
        exchange.Context.Response.OnStarting(() =>
        {
            exchange.Context.Response.Headers.Remove("OCI-Subject");
            return Task.CompletedTask;
        });
        return exchange.RespondAsync();
    }
}

internal sealed record CollectionFault : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        exchange.Store.CollectUntagged();
        return exchange.RespondAsync();
    }
}
