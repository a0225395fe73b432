using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>
/// Reads a list page by page, as far as its reader wants (GitHub, "Using pagination in the REST API"): by the Link of each answer, on the
/// API's own host, never in a circle. With a store, pages that did not change are answered by 304.
/// </summary>
internal sealed class GitHubPages(GitHubWire wire, IAnswerStore? store)
{
    /// <summary>Of a hundred items each GitHub itself gives no more.</summary>
    private const int MaximumPages = 100;

    /// <param name="call">Asks for the first page.</param>
    /// <param name="read">Reads one item.</param>
    /// <exception cref="GitHubException">No such list, pages that lead elsewhere or in a circle, or more of them than are read.</exception>
    public async IAsyncEnumerable<T> ReadAsync<T>(GitHubCall call, Func<JsonElement, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<Uri> seen = [call.Address];
        for (int pages = 1; ; pages++)
        {
            Answer answer = await AnswerAsync(call, cancellationToken);
            foreach (T item in GitHubJson.Read(call, answer.Body, root => root.EnumerateArray().Select(read).ToImmutableArray()))
                yield return item;
            if (answer.Next is not { } next)
                yield break;
            if (!Location.SameOrigin(next, wire.Host.Api))
                throw GitHubException.Unsound(call, "its next page is on another host");
            if (!seen.Add(next))
                throw GitHubException.Unsound(call, "its pages lead in a circle");
            if (pages == MaximumPages)
                throw GitHubException.Unsound(call, $"it has more than {MaximumPages} pages");
            call = call with { Address = next };
        }
    }

    private async Task<Answer> AnswerAsync(GitHubCall call, CancellationToken cancellationToken)
    {
        if (store is null)
            return await wire.AnswerAsync(call, cancellationToken);
        KeptAnswer? kept = await store.FindAsync(call.Address, cancellationToken);
        Answer answer = await wire.AnswerAsync(call with { IfNoneMatch = kept?.ETag }, cancellationToken);
        if (answer.Status == HttpStatusCode.NotModified)
            return answer with { Body = kept!.Body, Next = kept.Next };
        if (answer.ETag is not null)
            await store.KeepAsync(call.Address, new KeptAnswer(answer.ETag, answer.Next, answer.Body), cancellationToken);
        return answer;
    }
}
