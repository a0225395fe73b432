using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>The request is handled, and its answer's status and fields are written otherwise.</summary>
/// <param name="When">To which requests it makes a difference.</param>
internal sealed record FieldOddity(Func<RehearsalRequest, bool> When, Action<HttpResponse> Change) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => When(request);

    internal override Task HappenAsync(HttpExchange exchange)
    {
        HttpResponse response = exchange.Context.Response;
        if (AppliesTo(exchange.Request))
        {
            response.OnStarting(() =>
            {
                Change(response);
                return Task.CompletedTask;
            });
        }

        return exchange.RespondAsync();
    }
}

/// <summary>An answer that no end-point gives; nothing was done.</summary>
/// <param name="Body">Of the body, which a HEAD does not get.</param>
internal sealed record AnswerOddity(Func<HttpRequest, bool> When, int Status, string Type, string Body) : Fault
{
    /// <summary>To which requests it makes a difference, as far as can be told before they come.</summary>
    public required Func<RehearsalRequest, bool> To { get; init; }

    /// <summary>Fields beside the type.</summary>
    public Action<HttpContext> Change { get; init; } = _ => { };

    public override bool AppliesTo(RehearsalRequest request) => To(request);

    internal override async Task HappenAsync(HttpExchange exchange)
    {
        HttpContext context = exchange.Context;
        if (!AppliesTo(exchange.Request) || !When(context.Request))
        {
            await exchange.RespondAsync();
            return;
        }

        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        byte[] body = Encoding.UTF8.GetBytes(Body);
        context.Response.StatusCode = Status;
        if (body.Length > 0)
            context.Response.ContentType = Type;
        context.Response.ContentLength = body.Length;
        Change(context);
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

/// <summary>The request is handled, and the text of its answer is another.</summary>
internal sealed record TextOddity(Func<RehearsalRequest, bool> When, Func<string, string> Change) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => When(request);

    internal override async Task HappenAsync(HttpExchange exchange)
    {
        HttpContext context = exchange.Context;
        if (!AppliesTo(exchange.Request))
        {
            await exchange.RespondAsync();
            return;
        }

        Stream wire = context.Response.Body;
        using MemoryStream kept = new();
        context.Response.Body = kept;
        await exchange.RespondAsync();
        context.Response.Body = wire;
        byte[] changed = Encoding.UTF8.GetBytes(Change(Encoding.UTF8.GetString(kept.ToArray())));
        context.Response.ContentLength = changed.Length;
        await wire.WriteAsync(changed, context.RequestAborted);
    }
}

/// <summary>The end-point gets another request than was sent.</summary>
internal sealed record RequestOddity(Func<RehearsalRequest, bool> When, Action<HttpRequest> Change) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => When(request);

    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (AppliesTo(exchange.Request))
            Change(exchange.Context.Request);
        return exchange.RespondAsync();
    }
}

/// <summary>A token that was good once is forgotten and the request refused, with another challenge than the registry's own.</summary>
internal sealed record LapseOddity(Func<RehearsalRequest, bool> When, Action<HttpResponse> Change) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => When(request);

    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (!AppliesTo(exchange.Request) || !exchange.AuthMiddleware.WasUsed(exchange.Context.Request))
            return exchange.RespondAsync();
        exchange.AuthMiddleware.Revoke(exchange.Context.Request);
        ErrorResponse refusal = exchange.AuthMiddleware.Refusal(exchange.Context, exchange.Path);
        Change(exchange.Context.Response);
        throw refusal;
    }
}
