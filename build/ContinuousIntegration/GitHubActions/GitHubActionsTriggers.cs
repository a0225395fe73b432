namespace Nuke.Common.CI.GitHubActions;

/// <summary>The <c>on</c> of a workflow, from the properties of its attribute.</summary>
internal static class GitHubActionsTriggers
{
    /// <exception cref="InvalidOperationException">Nothing starts it, or what does contradicts itself.</exception>
    public static YamlMapping Of(GitHubActionsAttribute attribute)
    {
        YamlMapping triggers = [];
        foreach (GitHubActionsTrigger trigger in attribute.On)
            triggers.Add(EnumValueAttribute.Of(trigger), Inputs(attribute, trigger) ?? YamlMapping.None);
        Add(triggers, GitHubActionsTrigger.Push, Push(attribute));
        Add(triggers, GitHubActionsTrigger.PullRequest, PullRequest(attribute));
        if (!attribute.On.Contains(GitHubActionsTrigger.WorkflowDispatch))
            Add(triggers, GitHubActionsTrigger.WorkflowDispatch, Inputs(attribute, GitHubActionsTrigger.WorkflowDispatch));
        if (attribute.OnCronSchedule is { } cron)
            triggers.Add("schedule", YamlSequence.Of([new YamlMapping { { "cron", cron } }]));
        return triggers.Count > 0
            ? triggers
            : throw new InvalidOperationException($"{attribute.Id}: nothing starts it; set On or an On… property.");
    }

    private static void Add(YamlMapping triggers, GitHubActionsTrigger trigger, YamlMapping? conditions)
    {
        string name = EnumValueAttribute.Of(trigger);
        if (conditions is not { Count: > 0 })
            return;
        if (triggers.Any(x => x.Key == name))
            throw new InvalidOperationException($"{name} stands in On, with no conditions, and has conditions.");
        triggers.Add(name, conditions);
    }

    private static YamlMapping Push(GitHubActionsAttribute attribute)
    {
        if (
            attribute.OnPushBranches.Length + attribute.OnPushTags.Length > 0
            && attribute.OnPushBranchesIgnore.Length + attribute.OnPushTagsIgnore.Length > 0
        )
            throw new InvalidOperationException($"{attribute.Id}: branches and tags are either named or ignored, not both.");
        return new YamlMapping
        {
            { "branches", attribute.OnPushBranches },
            { "branches-ignore", attribute.OnPushBranchesIgnore },
            { "tags", attribute.OnPushTags },
            { "tags-ignore", attribute.OnPushTagsIgnore },
            { "paths", Paths(attribute.OnPushIncludePaths, attribute.OnPushExcludePaths) },
        };
    }

    private static YamlMapping PullRequest(GitHubActionsAttribute attribute) =>
        new()
        {
            { "branches", attribute.OnPullRequestBranches },
            { "tags", attribute.OnPullRequestTags },
            { "paths", Paths(attribute.OnPullRequestIncludePaths, attribute.OnPullRequestExcludePaths) },
        };

    private static YamlMapping? Inputs(GitHubActionsAttribute attribute, GitHubActionsTrigger trigger)
    {
        if (trigger is not (GitHubActionsTrigger.WorkflowDispatch or GitHubActionsTrigger.WorkflowCall))
            return null;
        YamlMapping inputs = [];
        foreach (string name in attribute.OnWorkflowDispatchOptionalInputs)
            inputs.Add(name, Input(name, required: false));
        foreach (string name in attribute.OnWorkflowDispatchRequiredInputs)
            inputs.Add(name, Input(name, required: true));
        return inputs.Count == 0 ? null : new YamlMapping { { "inputs", inputs } };
    }

    private static YamlMapping Input(string name, bool required) =>
        new()
        {
            { "description", name },
            { "required", required },
            { "type", "string" },
        };

    private static string[] Paths(string[] include, string[] exclude) => [.. include, .. exclude.Select(x => "!" + x)];
}
