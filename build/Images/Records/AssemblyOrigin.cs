using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Where layers were assembled and at which commit: what the provenance of an image from several machines says of each.</summary>
/// <param name="Builder">A URI (SLSA provenance v1, "Builder").</param>
public sealed partial record AssemblyOrigin(string Builder)
{
    /// <summary>What the run is called there; null where nobody keeps one.</summary>
    public string? Invocation { get; init; }

    /// <summary>The kind of machine, as the CI says; null where it says nothing.</summary>
    public string? Runner { get; init; }

    /// <summary>The commit that was checked out, in hex; null where there was none.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the work tree had changes that the commit lacks.</summary>
    public bool IsModified { get; init; }

    /// <summary>Writes its members into an object that is begun.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("builder", Builder);
        if (Invocation is not null)
            writer.WriteString("invocation", Invocation);
        if (Runner is not null)
            writer.WriteString("runner", Runner);
        if (Commit is not null)
            writer.WriteString("commit", Commit);
        if (IsModified)
            writer.WriteBoolean("modified", true);
    }

    /// <summary>Reads it from the members of an object; null when that names no builder.</summary>
    /// <exception cref="ContentException">A member is not what it must be.</exception>
    public static AssemblyOrigin? Read(JsonElement element) =>
        element.OptionalString("builder") is not { } builder
            ? null
            : new AssemblyOrigin(Sound("builder", builder, UriGrammar()))
            {
                Invocation = element.OptionalString("invocation") is { } run ? Sound("invocation", run, UriGrammar()) : null,
                Runner = element.OptionalString("runner") is { } runner ? Sound("runner", runner, WordGrammar()) : null,
                Commit = element.OptionalString("commit") is { } commit ? Sound("commit", commit, CommitGrammar()) : null,
                IsModified = element.OptionalFlag("modified") ?? false,
            };

    private static string Sound(string member, string text, Regex grammar) =>
        grammar.IsMatch(text) ? text : throw new ContentException($"{member} is malformed: '{Printable.Of(text)}'");

    /// <summary>An absolute URI of printable ASCII (RFC 3986, 4.3).</summary>
    [GeneratedRegex(@"\Ahttps://[!-~]{1,1000}\z")]
    private static partial Regex UriGrammar();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z")]
    private static partial Regex WordGrammar();

    [GeneratedRegex(@"\A([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex CommitGrammar();
}
