using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>One request on its way through the registry, as an interceptor gets to see it.</summary>
/// <param name="AnswerAsync">
/// Goes on with the request; when it ends, an answer is on the way, be it an error's. Throws only when there is nobody to
/// answer.
/// </param>
internal sealed record Exchange(HttpContext Context, RehearsalRequest Request, Func<Task> AnswerAsync)
{
    public required AuthMiddleware AuthMiddleware { get; init; }

    public required ContentStore Store { get; init; }

    public required TimeProvider Time { get; init; }

    /// <exception cref="ErrorAnswer">The path breaks the grammar.</exception>
    public RegistryPath Path => RegistryPath.Parse(Request.Path);

    /// <summary>The same request that goes on in another way.</summary>
    public Exchange Through(Func<Task> answer) => this with { AnswerAsync = () => ErrorAnswer.TellAsync(Context, answer) };
}
