using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>
/// Issues of a <see cref="GitHubStandIn"/> (GitHub, "REST API endpoints for issues"); pull requests are among those it lists.
/// </summary>
internal static class IssueEndpoint
{
    public static async Task<StandInAnswer?> HandleAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        if (call.Is("GET", "issues"))
            return List(call);
        if (call.Is("POST", "issues"))
            return new StandInAnswer(201, Document(call, Create(call)));
        if (!call.Is("PATCH", "issues", "*"))
            return await Task.FromResult<StandInAnswer?>(null);
        StandInIssue? issue = repository.Issues.FirstOrDefault(issue => issue.Number == call.Number(1));
        if (issue is null)
            return StandInAnswer.NotFound;
        issue.Title = call.Json["title"]?.GetValue<string>() ?? issue.Title;
        issue.Text = call.Json["body"]?.GetValue<string>() ?? issue.Text;
        issue.IsOpen = call.Json["state"]?.GetValue<string>() is { } state ? state == "open" : issue.IsOpen;
        issue.Reason = call.Json["state_reason"]?.GetValue<string>() ?? issue.Reason;
        return new StandInAnswer(200, Document(call, issue));
    }

    private static StandInAnswer List(StandInCall call)
    {
        string state = call.Query.GetValueOrDefault("state", "open");
        string[] labels = call.Query.GetValueOrDefault("labels", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        StandInIssue[] found =
        [
            .. call
                .Repository.Issues.Reverse()
                .Where(issue =>
                    (state == "all" || issue.IsOpen == (state == "open"))
                    && labels.All(label => issue.Labels.Contains(label, StringComparer.OrdinalIgnoreCase))
                ),
        ];
        return call.Page(found, issue => Document(call, issue));
    }

    private static StandInIssue Create(StandInCall call)
    {
        StandInIssue issue = call.Repository.AddIssue(call.Json["title"]!.GetValue<string>(), call.Json["body"]?.GetValue<string>());
        foreach (string label in call.Json["labels"]?.AsArray().Select(label => label!.GetValue<string>()) ?? [])
        {
            call.Repository.Labels.TryAdd(label, label);
            issue.Labels.Add(label);
        }

        return issue;
    }

    /// <summary>Schema "issue".</summary>
    private static JsonObject Document(StandInCall call, StandInIssue issue)
    {
        StandInRepository repository = call.Repository;
        string address = $"{call.Documents.Of(repository)}/issues/{issue.Number}";
        return new JsonObject
        {
            ["url"] = address,
            ["repository_url"] = call.Documents.Of(repository),
            ["labels_url"] = address + "/labels{/name}",
            ["comments_url"] = address + "/comments",
            ["events_url"] = address + "/events",
            ["html_url"] = $"{call.Documents.Site}/{repository.Owner}/{repository.Name}/issues/{issue.Number}",
            ["id"] = 20_000 + issue.Number,
            ["node_id"] = $"I_{issue.Number}",
            ["number"] = issue.Number,
            ["title"] = issue.Title,
            ["user"] = call.Documents.User("proposer"),
            ["labels"] = new JsonArray([.. issue.Labels.Select(label => call.Documents.Label(repository, label))]),
            ["state"] = issue.IsOpen ? "open" : "closed",
            ["state_reason"] = issue.Reason,
            ["locked"] = false,
            ["assignee"] = null,
            ["assignees"] = new JsonArray(),
            ["milestone"] = null,
            ["comments"] = 0,
            ["created_at"] = StandInDocuments.Time(issue.CreatedAt),
            ["updated_at"] = StandInDocuments.Time(issue.CreatedAt),
            ["closed_at"] = issue.IsOpen ? null : StandInDocuments.Time(issue.CreatedAt),
            ["author_association"] = "MEMBER",
            ["body"] = issue.Text,
        };
    }
}
