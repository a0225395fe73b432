using System.Collections.Immutable;

namespace Slipway.Engine;

/// <summary>One request to an Engine that Docker.DotNet does not have; the README says which and why.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">Without version: <c>containers/create</c>. Whatever comes from outside in it is escaped.</param>
internal sealed record EngineCall(HttpMethod Method, string Path)
{
    /// <summary>Each value is escaped when it is sent.</summary>
    public ImmutableArray<(string Name, string Value)> Query { get; init; } = [];

    public HttpContent? Content { get; init; }

    public ResponseLimits Limits { get; init; } = ResponseLimits.Open;

    public static EngineCall Post(string path) => new(HttpMethod.Post, path);

    public EngineCall With(string name, string value) => this with { Query = Query.Add((name, value)) };

    /// <summary>For messages; without query, which may hold values of build arguments.</summary>
    public override string ToString() => $"{Method} {Path}";

    internal string Relative(string prefix) =>
        prefix
        + Path
        + (Query.IsEmpty ? "" : "?" + string.Join('&', Query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}")));
}
