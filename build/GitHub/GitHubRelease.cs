using System.Text.Json;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>A release, draft or published (GitHub's schema "release").</summary>
/// <param name="Id">GitHub's own number.</param>
/// <param name="Tag">The git tag; of a draft it may not be there yet.</param>
public sealed record GitHubRelease(long Id, string Tag)
{
    /// <summary>Its title; empty where it has none.</summary>
    public required string Title { get; init; }

    /// <summary>Its text in Markdown, as others wrote it: not fit for a terminal as it is.</summary>
    public required string Notes { get; init; }

    public required bool IsDraft { get; init; }

    public required bool IsPrerelease { get; init; }

    /// <summary>Whether GitHub lets nobody change its tag and assets any more.</summary>
    public required bool IsImmutable { get; init; }

    /// <summary>Null while it is a draft.</summary>
    public required DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The branch or commit that the tag is made of when it is not there yet.</summary>
    public required string Target { get; init; }

    /// <summary>Its page for people.</summary>
    public required Uri Page { get; init; }

    /// <summary>Where assets go, a template (RFC 6570).</summary>
    internal string UploadTemplate { get; init; } = "";

    public override string ToString() => $"{(IsDraft ? "draft" : "release")} {Tag}";

    /// <summary>
    /// Flags, and what may be missing, are read from the raw answer: in Octokit's model nobody tells missing from malformed.
    /// </summary>
    internal static GitHubRelease Of(Octokit.Release model, JsonElement raw) =>
        new(raw.RequiredNumber("id"), model.TagName.Plain("tag_name"))
        {
            Title = Printable.Of(raw.OptionalString("name") ?? ""),
            Notes = raw.OptionalString("body") ?? "",
            IsDraft = raw.RequiredFlag("draft"),
            IsPrerelease = raw.RequiredFlag("prerelease"),
            IsImmutable = raw.OptionalFlag("immutable") ?? false,
            PublishedAt = raw.OptionalTime("published_at"),
            Target = model.TargetCommitish.Plain("target_commitish"),
            Page = model.HtmlUrl.Page("html_url"),
            UploadTemplate = model.UploadUrl.Required("upload_url"),
        };
}

/// <summary>A release to be made.</summary>
/// <param name="Tag">The git tag.</param>
/// <param name="Target">The commit that GitHub makes the tag of when it is not there yet.</param>
/// <param name="Title">What people read first.</param>
/// <param name="Notes">In Markdown.</param>
public sealed record DraftRelease(string Tag, string Target, string Title, string Notes)
{
    public bool IsPrerelease { get; init; }
}
