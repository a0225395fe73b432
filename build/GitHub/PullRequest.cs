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

    /// <summary>What may be missing is read from the raw answer: in Octokit's model nobody tells missing from malformed.</summary>
    internal static PullRequest Of(Octokit.PullRequest model, JsonElement raw) =>
        new(raw.RequiredInt("number"), model.HtmlUrl.Page("html_url"))
        {
            Title = Printable.Of(model.Title.Required("title")),
            Text = raw.OptionalString("body") ?? "",
            Head = model.Head.Ref.Plain("ref"),
            Commit = GitId.Parse(model.Head.Sha.Required("sha")),
            Target = model.Base.Ref.Plain("ref"),
            IsMerged = raw.OptionalTime("merged_at") is not null,
            Labels = [.. raw.Items("labels").Select(label => label.RequiredString("name"))],
            Source = model.Head.Repository?.FullName.Plain("full_name"),
        };
}
