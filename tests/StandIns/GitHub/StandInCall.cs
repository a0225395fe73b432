using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>One request to a <see cref="GitHubStandIn"/> about a repository.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">Below the repository, unescaped: <c>releases</c>, <c>12</c>.</param>
internal sealed record StandInCall(StandInRepository Repository, string Method, ImmutableArray<string> Path)
{
    /// <summary>The first value of each parameter.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required byte[] Body { get; init; }

    public required string Accept { get; init; }

    public required string MediaType { get; init; }

    /// <summary>Whether it comes with the token.</summary>
    public required bool MayWrite { get; init; }

    /// <summary>Whose addresses answers hold.</summary>
    public required StandInDocuments Documents { get; init; }

    /// <summary>The body as an object.</summary>
    public JsonObject Json => JsonNode.Parse(Body) as JsonObject ?? throw new JsonException("wanted an object");

    /// <summary>Whether the path has these parts, of which <c>*</c> is any one, and <c>**</c> at the end any number.</summary>
    public bool Is(string method, params ReadOnlySpan<string> parts)
    {
        bool isOpen = parts.Length > 0 && parts[^1] == "**";
        if (Method != method || (isOpen ? Path.Length < parts.Length : Path.Length != parts.Length))
            return false;
        for (int i = 0; i < parts.Length - (isOpen ? 1 : 0); i++)
        {
            if (parts[i] != "*" && parts[i] != Path[i])
                return false;
        }

        return true;
    }

    public long Number(int part) => long.TryParse(Path[part], out long number) ? number : -1;

    /// <summary>One page of a list, with the Link to the others.</summary>
    public StandInAnswer Page<T>(IReadOnlyList<T> items, Func<T, JsonNode> document)
    {
        int size = Math.Clamp(int.Parse(Query.GetValueOrDefault("per_page", "30")), 1, 100),
            page = Math.Max(1, int.Parse(Query.GetValueOrDefault("page", "1")));
        int last = Math.Max(1, (items.Count + size - 1) / size);
        string others = string.Concat(
            Query
                .Where(pair => pair.Key is not ("page" or "per_page"))
                .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}&")
        );
        string At(int number, string relation) =>
            $"<{Documents.Numbered(Repository)}/{string.Join('/', Path)}?{others}per_page={size}&page={number}>; rel=\"{relation}\"";
        return new StandInAnswer(200, new JsonArray([.. items.Skip((page - 1) * size).Take(size).Select(document)]))
        {
            Link = page < last ? $"{At(page + 1, "next")}, {At(last, "last")}" : null,
        };
    }
}

/// <summary>What a <see cref="GitHubStandIn"/> answers.</summary>
/// <param name="Json">Null for no body.</param>
internal sealed record StandInAnswer(int Status, JsonNode? Json = null)
{
    public string? Link { get; init; }

    public string? Location { get; init; }

    public static StandInAnswer Nothing => new(204);

    public static StandInAnswer NotFound => Error(404, "Not Found");

    public static StandInAnswer Error(int status, string message) =>
        new(
            status,
            new JsonObject
            {
                ["message"] = message,
                ["documentation_url"] = "https://docs.github.com/rest",
                ["status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture),
            }
        );

    /// <summary>A 422 that names what is wrong (schema "Validation Error").</summary>
    public static StandInAnswer Invalid(string resource, string field, string code, string? message = null)
    {
        JsonObject detail = new()
        {
            ["resource"] = resource,
            ["field"] = field,
            ["code"] = code,
        };
        if (message is not null)
            detail["message"] = message;
        StandInAnswer answer = Error(422, "Validation Failed");
        answer.Json!["errors"] = new JsonArray(detail);
        return answer;
    }
}
