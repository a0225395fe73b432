using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Slipway.StandIns;

/// <summary>A pipeline of GitLab as it is written, as far as ours go.</summary>
internal sealed class PipelineFile
{
    private static readonly string[] Keywords = ["workflow", "stages", "variables", "default"];

    private readonly YamlMappingNode _root;

    public PipelineFile(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        _root = (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    public IReadOnlyList<string> Stages => Items(_root["stages"]);

    public Dictionary<string, string> Variables => WorkflowFile.Texts(_root["variables"]);

    public IReadOnlyList<string> Rules => PipelineJob.Conditions((YamlMappingNode)_root["workflow"]);

    public IReadOnlyList<PipelineJob> Jobs =>
        [
            .. WorkflowFile
                .Entries(_root)
                .Where(entry => !Keywords.Contains(entry.Key))
                .Select(entry => new PipelineJob(entry.Key, (YamlMappingNode)entry.Value)),
        ];

    internal static string[] Items(YamlNode? node) =>
        node is YamlSequenceNode items ? [.. items.Select(item => ((YamlScalarNode)item).Value!)] : [];
}

/// <summary>A job of a <see cref="PipelineFile"/>.</summary>
internal sealed class PipelineJob
{
    private static readonly string[] Known =
    [
        "stage",
        "rules",
        "tags",
        "needs",
        "parallel",
        "environment",
        "resource_group",
        "interruptible",
        "id_tokens",
        "script",
        "artifacts",
        "allow_failure",
    ];

    private readonly YamlMappingNode _node;

    public PipelineJob(string id, YamlMappingNode node)
    {
        Id = id;
        _node = node;
        if (WorkflowFile.Entries(node).FirstOrDefault(entry => !Known.Contains(entry.Key)) is { Key: { } key })
            throw new NotSupportedException($"{id}: the key {key}");
    }

    public string Id { get; }

    public string Stage => WorkflowFile.Text(_node, "stage")!;

    public string? Environment => WorkflowFile.Text(_node, "environment");

    public IReadOnlyList<string> Rules => Conditions(_node);

    /// <summary>Jobs that it waits for, and whose artifacts it gets; null for all of the stages before.</summary>
    public IReadOnlyList<string>? Needs =>
        WorkflowFile.Find(_node, "needs") is YamlSequenceNode needs
            ? [.. needs.Cast<YamlMappingNode>().Where(need => WorkflowFile.Text(need, "artifacts") == "true").Select(NameOf)]
            : null;

    public IReadOnlyList<Dictionary<string, string>> Rows =>
        WorkflowFile.Find(_node, "parallel") is YamlMappingNode parallel
            ? [.. ((YamlSequenceNode)parallel["matrix"]).Select(WorkflowFile.Texts)]
            :
            [
                [],
            ];

    /// <summary>Variables that hold a token that says who the job is.</summary>
    public IReadOnlyList<string> Tokens =>
        WorkflowFile.Find(_node, "id_tokens") is { } tokens ? [.. WorkflowFile.Entries(tokens).Select(entry => entry.Key)] : [];

    public IReadOnlyList<string> Script => PipelineFile.Items(_node["script"]);

    /// <summary>Patterns below the clone.</summary>
    public IReadOnlyList<string> Artifacts =>
        WorkflowFile.Find(_node, "artifacts") is YamlMappingNode artifacts ? PipelineFile.Items(artifacts["paths"]) : [];

    internal static string[] Conditions(YamlMappingNode node) =>
        WorkflowFile.Find(node, "rules") is YamlSequenceNode rules
            ? [.. rules.Cast<YamlMappingNode>().Select(rule => WorkflowFile.Text(rule, "if")!)]
            : [];

    private static string NameOf(YamlMappingNode need) => WorkflowFile.Text(need, "job")!;
}

/// <summary>A condition of GitLab's rules, as far as ours go: comparisons joined by <c>&amp;&amp;</c>.</summary>
internal static partial class PipelineCondition
{
    public static bool Holds(string condition, IReadOnlyDictionary<string, string> variables) =>
        condition.Split(" && ").All(part => HoldsPart(part, variables));

    private static bool HoldsPart(string part, IReadOnlyDictionary<string, string> variables)
    {
        Match match = Comparison().Match(part);
        if (!match.Success)
            throw new NotSupportedException($"the condition {part}");
        string? left = variables.GetValueOrDefault(match.Groups["name"].Value);
        return match.Groups["pattern"] is { Success: true, Value: var pattern }
                ? left is not null && Regex.IsMatch(left, pattern.Replace("\\/", "/", StringComparison.Ordinal))
            : match.Groups["text"] is { Success: true, Value: var text } ? left == text
            : match.Groups["other"] is { Success: true, Value: var other } ? left is not null && left == variables.GetValueOrDefault(other)
            : !string.IsNullOrEmpty(left);
    }

    [GeneratedRegex(@"\A\$(?<name>\w+)(?: (?:== ""(?<text>[^""]*)""|== \$(?<other>\w+)|=~ /(?<pattern>.*)/))?\z")]
    private static partial Regex Comparison();
}
