using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>One request on its way through the registry, as an interceptor gets to see it.</summary>
/// <param name="RespondAsync">
/// Goes on with the request; when it ends, a response is on the way, be it an error's. Throws only when there is nobody to
/// answer.
/// </param>
internal sealed record HttpExchange(HttpContext Context, RehearsalRequest Request, Func<Task> RespondAsync)
{
    public required AuthMiddleware AuthMiddleware { get; init; }

    public required ContentStore Store { get; init; }

    public required TimeProvider Time { get; init; }

    /// <exception cref="ErrorResponse">The path breaks the grammar.</exception>
    public RegistryPath Path => RegistryPath.Parse(Request.Path);

    /// <summary>The same request that goes on in another way.</summary>
    public HttpExchange Through(Func<Task> answer) => this with { RespondAsync = () => ErrorResponse.TellAsync(Context, answer) };
}
