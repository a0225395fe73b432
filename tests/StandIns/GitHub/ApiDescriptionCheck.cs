using Microsoft.AspNetCore.Http;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// Compares every request and every answer of a <see cref="GitHubStandIn"/> with GitHub's own description of its API, where that is at
/// hand.
/// </summary>
/// <param name="description">Null checks nothing.</param>
internal sealed class ApiDescriptionCheck(ApiDescription? description)
{
    private const string Version = "2022-11-28";

    /// <summary>
    /// What GitHub says of every operation and describes at none of them ("Troubleshooting the REST API", "Rate limits").
    /// </summary>
    private static readonly int[] Everywhere = [401, 403, 404, 429, 500, 502, 503];

    private readonly Lock _lock = new();
    private readonly List<string> _faults = [];

    /// <param name="path">Below the API, by the repository's name.</param>
    public void Look(HttpRequest request, string path, ReadOnlyMemory<byte> body, int status, string mediaType, ReadOnlyMemory<byte> answer)
    {
        if (description is null)
            return;
        string what = $"{request.Method} {path}";
        List<string> faults = [.. HeaderFaults(request).Select(fault => $"{what}: request: {fault}")];
        if (description.Find(request.Method, path) is { } operation)
        {
            faults.AddRange(
                operation.RequestFaults(
                    request.Query.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())),
                    TypeOf(request.ContentType),
                    body
                )
            );
            if (!(status == 304 && request.Headers.IfNoneMatch.Count > 0))
                faults.AddRange(operation.ResponseFaults(status, TypeOf(mediaType), answer).Where(fault => !IsElsewhere(fault, status)));
        }
        else
        {
            faults.Add($"{what}: the description does not know it");
        }

        lock (_lock)
            _faults.AddRange(faults);
    }

    /// <summary>Fails the test when anything was wrong.</summary>
    public void Require()
    {
        lock (_lock)
            Assert.True(
                _faults.Count == 0,
                $"GitHub's description of its API is not held:\n{string.Join('\n', _faults.Distinct().Take(20))}"
            );
    }

    /// <summary>
    /// What GitHub documents in words only: refusals and outages that every operation may have, and the state <c>starter</c> of what a
    /// failed upload leaves ("Upload a release asset").
    /// </summary>
    private static bool IsElsewhere(string fault, int status) =>
        (Everywhere.Contains(status) && fault.EndsWith($"answer {status}: the description does not know it", StringComparison.Ordinal))
        || fault.Contains(".state: \"starter\" is none of", StringComparison.Ordinal);

    private static IEnumerable<string> HeaderFaults(HttpRequest request)
    {
        if (request.Headers.UserAgent.Count == 0)
            yield return "it has no User-Agent, which GitHub refuses";
        if (request.Headers["X-GitHub-Api-Version"] != Version)
            yield return $"X-GitHub-Api-Version: wanted {Version}, got '{request.Headers["X-GitHub-Api-Version"]}'";
        if (request.Headers.Accept.ToString() is not ("application/vnd.github+json" or "application/octet-stream"))
            yield return $"Accept: '{request.Headers.Accept}' is not what GitHub recommends";
    }

    private static string TypeOf(string? mediaType) => mediaType?.Split(';')[0].Trim() ?? "";
}
