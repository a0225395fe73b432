using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>An issue (GitHub's schema "issue").</summary>
/// <param name="Page">Where people read it.</param>
public sealed partial record GitHubIssue(int Number, Uri Page)
{
    public required string Title { get; init; }

    /// <summary>In Markdown, as others wrote it: not fit for a terminal as it is.</summary>
    public required string Text { get; init; }

    /// <summary>What <see cref="WantedIssue.Key"/> its text begins with; null for an issue of people's own.</summary>
    public string? Key => Mark().Match(Text) is { Success: true } mark ? mark.Groups[1].Value : null;

    /// <summary>Whether it is a pull request, which GitHub lists among the issues.</summary>
    internal bool IsPullRequest { get; init; }

    public override string ToString() => $"issue {Number}";

    internal static GitHubIssue Of(Octokit.Issue model, JsonElement raw) =>
        new(raw.RequiredInt("number"), model.HtmlUrl.Page("html_url"))
        {
            Title = Printable.Of(model.Title.Required("title")),
            Text = raw.OptionalString("body") ?? "",
            IsPullRequest = raw.TryGetProperty("pull_request", out JsonElement pull) && pull.ValueKind == JsonValueKind.Object,
        };

    [GeneratedRegex(@"\A<!-- slipway: ([a-z0-9._:/-]{1,200}) -->")]
    private static partial Regex Mark();
}

/// <summary>An issue that is to be open.</summary>
/// <param name="Key">What it is about, the same each time: lower case letters, digits and <c>._:/-</c>, at most 200.</param>
/// <param name="Title">In one line.</param>
/// <param name="Text">In Markdown.</param>
public sealed record WantedIssue(string Key, string Title, string Text)
{
    /// <summary>With the key in front, which GitHub's pages do not show.</summary>
    internal string MarkedText => $"<!-- slipway: {Key} -->\n{Text}";
}

/// <summary>What became of an issue.</summary>
public enum IssueOutcome
{
    /// <summary>It was open and says so already.</summary>
    Unchanged,
    Updated,
    Opened,
    Closed,
}

/// <summary>An issue that was seen to.</summary>
public sealed record KeptIssue(IssueOutcome Outcome, GitHubIssue Issue);
