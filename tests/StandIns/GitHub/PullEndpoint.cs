using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>
/// Pull requests and labels of a <see cref="GitHubStandIn"/> (GitHub, "REST API endpoints for pull requests" and "for labels").
/// </summary>
internal static class PullEndpoint
{
    private const int LongestText = 65536;

    public static async Task<StandInAnswer?> HandleAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        if (call.Method is "POST" or "PATCH" && call.Path is ["pulls", ..] && call.Json["body"]?.GetValue<string>().Length > LongestText)
            return StandInAnswer.Invalid("PullRequest", "body", "custom", $"body is too long (maximum is {LongestText} characters)");
        if (call.Is("GET", "pulls"))
            return await ListAsync(call);
        if (call.Is("POST", "pulls"))
            return await CreateAsync(call);
        if (call.Is("POST", "issues", "*", "labels"))
            return repository.PullRequests.FirstOrDefault(pull => pull.Number == call.Number(1)) is { } labelled
                ? Label(call, labelled)
                : StandInAnswer.NotFound;
        if (!call.Is("GET", "pulls", "*") && !call.Is("PATCH", "pulls", "*"))
            return null;
        StandInPullRequest? pull = repository.PullRequests.FirstOrDefault(pull => pull.Number == call.Number(1));
        if (pull is null)
            return StandInAnswer.NotFound;
        if (call.Method == "PATCH")
        {
            pull.Title = call.Json["title"]?.GetValue<string>() ?? pull.Title;
            pull.Text = call.Json["body"]?.GetValue<string>() ?? pull.Text;
            pull.IsOpen = call.Json["state"]?.GetValue<string>() is { } state ? state == "open" : pull.IsOpen;
        }

        return new StandInAnswer(200, await DocumentAsync(call, pull, call.Documents.Pull));
    }

    private static async Task<StandInAnswer> ListAsync(StandInCall call)
    {
        string state = call.Query.GetValueOrDefault("state", "open");
        string? head = call.Query.GetValueOrDefault("head"),
            target = call.Query.GetValueOrDefault("base");
        Dictionary<StandInPullRequest, JsonNode> found = [];
        foreach (StandInPullRequest pull in call.Repository.PullRequests.Reverse())
        {
            bool fits =
                (state == "all" || pull.IsOpen == (state == "open"))
                && (target is null || pull.Target == target)
                && (head is null || !head.Contains(':', StringComparison.Ordinal) || head == $"{call.Repository.Owner}:{pull.Head}");
            if (fits)
                found.Add(pull, await DocumentAsync(call, pull, call.Documents.ListedPull));
        }

        return call.Page([.. found.Keys], pull => found[pull]);
    }

    private static async Task<StandInAnswer> CreateAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        string head = call.Json["head"]!.GetValue<string>(),
            target = call.Json["base"]!.GetValue<string>();
        if (await repository.BranchAsync(head) is not { } commit)
            return StandInAnswer.Invalid("PullRequest", "head", "invalid");
        if (await repository.BranchAsync(target) is not { } taking)
            return StandInAnswer.Invalid("PullRequest", "base", "invalid");
        if (await repository.Git.TryAsync("merge-base", "--is-ancestor", commit, taking) is not null)
            return StandInAnswer.Invalid("PullRequest", "head", "custom", $"No commits between {target} and {head}");
        if (repository.PullRequests.Any(pull => pull.IsOpen && pull.Head == head && pull.Target == target))
            return StandInAnswer.Invalid("PullRequest", "head", "custom", $"A pull request already exists for {repository.Owner}:{head}.");
        StandInPullRequest made = repository.Locked(() =>
        {
            StandInPullRequest pull = new(repository.PullList.Count + 1, head, target)
            {
                Title = call.Json["title"]!.GetValue<string>(),
                Text = call.Json["body"]?.GetValue<string>(),
                CreatedAt = repository.Time.GetUtcNow(),
            };
            repository.PullList.Add(pull);
            return pull;
        });
        return new StandInAnswer(201, await DocumentAsync(call, made, call.Documents.Pull))
        {
            Location = $"{call.Documents.Of(repository)}/pulls/{made.Number}",
        };
    }

    private static StandInAnswer Label(StandInCall call, StandInPullRequest pull)
    {
        if (!call.Repository.AllowsLabels)
            return StandInAnswer.Error(403, "Resource not accessible by integration");
        foreach (string name in call.Json["labels"]!.AsArray().Select(label => label!.GetValue<string>()))
        {
            call.Repository.Labels.TryAdd(name, name);
            if (!pull.Labels.Contains(name, StringComparer.OrdinalIgnoreCase))
                pull.Labels.Add(name);
        }

        return new StandInAnswer(200, new JsonArray([.. pull.Labels.Select(label => call.Documents.Label(call.Repository, label))]));
    }

    /// <summary>A merged branch may be gone; what it was at then is not kept here.</summary>
    private static async Task<JsonNode> DocumentAsync(
        StandInCall call,
        StandInPullRequest pull,
        Func<StandInRepository, StandInPullRequest, string, string, JsonNode> document
    )
    {
        string target = (await call.Repository.BranchAsync(pull.Target))!;
        return document(call.Repository, pull, pull.ClosedAt ?? await call.Repository.BranchAsync(pull.Head) ?? target, target);
    }
}
