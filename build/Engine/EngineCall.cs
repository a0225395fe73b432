using System.Collections.Immutable;

namespace Slipway.Engine;

/// <summary>One request to an Engine.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">Without version: <c>containers/create</c>. Whatever comes from outside in it is escaped.</param>
internal sealed record EngineCall(HttpMethod Method, string Path)
{
    /// <summary>Each value is escaped when it is sent.</summary>
    public ImmutableArray<(string Name, string Value)> Query { get; init; } = [];

    public HttpContent? Content { get; init; }

    /// <summary>How long the answer may take to begin; null for as long as it takes.</summary>
    public TimeSpan? Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether the answer is bytes that keep coming, and no program's output or a wait for something to happen.</summary>
    public bool Moves { get; init; }

    public static EngineCall Get(string path) => new(HttpMethod.Get, path);

    public static EngineCall Post(string path) => new(HttpMethod.Post, path);

    public static EngineCall Delete(string path) => new(HttpMethod.Delete, path);

    public EngineCall With(string name, string value) => this with { Query = Query.Add((name, value)) };

    /// <summary>For messages; without query, which may hold values of build arguments.</summary>
    public override string ToString() => $"{Method} {Path}";

    internal string Relative(string prefix) => prefix + Path
        + (Query.IsEmpty ? "" : "?" + string.Join('&', Query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}")));
}
