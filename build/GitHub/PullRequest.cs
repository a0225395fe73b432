using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>A pull request (GitHub's schema "pull-request-simple").</summary>
/// <param name="Page">Where people read it.</param>
public sealed record PullRequest(int Number, Uri Page)
{
    public required string Title { get; init; }

    /// <summary>In Markdown, as others wrote it: not fit for a terminal as it is.</summary>
    public required string Text { get; init; }

    /// <summary>The branch that it brings; its repository may be another.</summary>
    public required string Head { get; init; }

    /// <summary>The commit that its branch is at.</summary>
    public required GitId Commit { get; init; }

    /// <summary>The branch that is to take it.</summary>
    public required string Target { get; init; }

    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Whether its target has it.</summary>
    public required bool IsMerged { get; init; }

    /// <summary>OWNER/NAME of the repository that its branch is in; null when that is gone.</summary>
    internal string? Source { get; init; }

    public override string ToString() => $"pull request {Number}";

    internal static PullRequest Read(JsonElement element)
    {
        JsonElement head = element.Required("head");
        return new PullRequest(element.RequiredInt("number"), element.Page("html_url"))
        {
            Title = Printable.Of(element.RequiredString("title")),
            Text = element.OptionalString("body") ?? "",
            Head = head.Plain("ref"),
            Commit = GitId.Parse(head.RequiredString("sha")),
            Target = element.Required("base").Plain("ref"),
            IsMerged = element.Time("merged_at") is not null,
            Labels = [.. element.Items("labels").Select(label => label.RequiredString("name"))],
            Source = head.TryGetProperty("repo", out JsonElement repository) && repository.ValueKind == JsonValueKind.Object ? repository.Plain("full_name") : null,
        };
    }
}
