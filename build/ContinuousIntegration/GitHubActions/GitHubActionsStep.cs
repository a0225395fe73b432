namespace Nuke.Common.CI.GitHubActions;

/// <summary>One step of a job: an action, or a command.</summary>
public sealed record GitHubActionsStep
{
    private GitHubActionsStep() { }

    /// <summary>What the log shows; null shows the step itself.</summary>
    public string? Name { get; init; }

    /// <summary>What other steps call it.</summary>
    public string? Id { get; init; }

    /// <summary>An expression without its braces.</summary>
    public string? Condition { get; init; }

    /// <summary>
    /// Variables of this step alone. What somebody else wrote (a branch, a title, an input) comes into a command only so: an expression in
    /// the command itself would be run as a part of it.
    /// </summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    private GitHubAction? Action { get; init; }

    private YamlMapping With { get; init; } = [];

    private string? Command { get; init; }

    public static GitHubActionsStep Uses(GitHubAction action, YamlMapping with) => new() { Action = action, With = with };

    /// <param name="command">For bash with <c>-eo pipefail</c>; holds no expression.</param>
    public static GitHubActionsStep Run(string command) =>
        command.Contains("${{", StringComparison.Ordinal)
            ? throw new InvalidOperationException($"A command holds an expression, which belongs into a variable of the step: {command}")
            : new() { Command = command };

    /// <param name="fetchDepth">How many commits; 0 for all, with all tags.</param>
    public static GitHubActionsStep Checkout(uint? fetchDepth) =>
        Uses(
            GitHubAction.Checkout,
            new YamlMapping
            {
                { "fetch-depth", fetchDepth is null ? null : (YamlNode)(int)fetchDepth.Value },
                // The token stays out of the checkout, where every later command could read it.
                { "persist-credentials", false },
            }
        );

    public static GitHubActionsStep SetupDotNet() =>
        Uses(GitHubAction.SetupDotNet, new YamlMapping { { "global-json-file", "global.json" } });

    public static GitHubActionsStep Cache(
        IReadOnlyList<string> includePatterns,
        IReadOnlyList<string> excludePatterns,
        IReadOnlyList<string> keyFiles
    )
    {
        const string Prefix = "${{ runner.os }}-${{ runner.arch }}-";
        return Uses(
            GitHubAction.Cache,
            new YamlMapping
            {
                { "path", string.Concat(includePatterns.Concat(excludePatterns.Select(x => "!" + x)).Select(x => x + "\n")) },
                { "key", $"{Prefix}${{{{ hashFiles({string.Join(", ", keyFiles.Select(x => $"'{x}'"))}) }}}}" },
                { "restore-keys", Prefix },
            }
        );
    }

    /// <param name="compressionLevel">0 to 9; 0 for what is compressed already.</param>
    public static GitHubActionsStep UploadArtifact(string name, string path, int compressionLevel = 6) =>
        Uses(
            GitHubAction.UploadArtifact,
            new YamlMapping
            {
                { "name", name },
                { "path", path },
                { "if-no-files-found", "error" },
                { "compression-level", compressionLevel },
                // A job that is run again replaces what it left.
                { "overwrite", true },
            }
        );

    public static GitHubActionsStep DownloadArtifact(string name, string path) =>
        Uses(GitHubAction.DownloadArtifact, new YamlMapping { { "name", name }, { "path", path } });

    internal YamlMapping ToYaml() =>
        new()
        {
            { "name", Name },
            { "id", Id },
            { "if", Condition },
            { "uses", Action?.Reference },
            { "with", With },
            { "run", Command },
            { "env", YamlMapping.Of(Env) },
        };
}
