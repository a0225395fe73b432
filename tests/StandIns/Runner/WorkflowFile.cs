using YamlDotNet.RepresentationModel;

namespace Slipway.StandIns;

/// <summary>
/// A workflow of GitHub Actions as it is written, as far as ours go; what is not known is no mistake of the file and fails.
/// </summary>
internal sealed class WorkflowFile
{
    private readonly YamlMappingNode _root;

    public WorkflowFile(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        _root = (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    public string Name => Text(_root, "name")!;

    public IReadOnlyList<WorkflowJob> Jobs =>
        [.. Entries(_root["jobs"]).Select(job => new WorkflowJob(job.Key, (YamlMappingNode)job.Value))];

    /// <summary>What it runs for.</summary>
    public IReadOnlyList<string> Events => [.. Entries(_root["on"]).Select(each => each.Key)];

    internal static string? Text(YamlMappingNode node, string key) => (Find(node, key) as YamlScalarNode)?.Value;

    internal static YamlNode? Find(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? value : null;

    internal static Dictionary<string, string> Texts(YamlNode? node) =>
        node is null ? [] : Entries(node).ToDictionary(entry => entry.Key, entry => ((YamlScalarNode)entry.Value).Value!);

    internal static IEnumerable<(string Key, YamlNode Value)> Entries(YamlNode node) =>
        ((YamlMappingNode)node).Children.Select(entry => (((YamlScalarNode)entry.Key).Value!, entry.Value));
}

/// <summary>A job of a <see cref="WorkflowFile"/>.</summary>
internal sealed class WorkflowJob(string id, YamlMappingNode node)
{
    public string Id => id;

    public string? Condition => WorkflowFile.Text(node, "if");

    public string? Environment => WorkflowFile.Text(node, "environment");

    /// <summary>Another workflow that it runs instead of steps.</summary>
    public string? Called => WorkflowFile.Text(node, "uses");

    public IReadOnlyList<string> Needs =>
        WorkflowFile.Find(node, "needs") is YamlSequenceNode needs ? [.. needs.Select(need => ((YamlScalarNode)need).Value!)] : [];

    public bool MayWrite => WorkflowFile.Texts(node["permissions"]).ContainsValue("write");

    /// <summary>The rows of its matrix; one without names where it has none.</summary>
    public IReadOnlyList<Dictionary<string, string>> Rows =>
        WorkflowFile.Find(node, "strategy") is YamlMappingNode strategy
            ? [.. ((YamlSequenceNode)strategy["matrix"]["include"]).Select(WorkflowFile.Texts)]
            :
            [
                [],
            ];

    public IReadOnlyList<WorkflowStep> Steps =>
        WorkflowFile.Find(node, "steps") is YamlSequenceNode steps
            ? [.. steps.Select(step => new WorkflowStep((YamlMappingNode)step))]
            : [];
}

/// <summary>A step of a <see cref="WorkflowJob"/>.</summary>
internal sealed class WorkflowStep(YamlMappingNode node)
{
    public string? Id => WorkflowFile.Text(node, "id");

    /// <summary>The action without its commit.</summary>
    public string? Action => WorkflowFile.Text(node, "uses")?.Split('@')[0];

    public string? Command => WorkflowFile.Text(node, "run");

    public Dictionary<string, string> With => WorkflowFile.Texts(WorkflowFile.Find(node, "with"));

    public Dictionary<string, string> Env => WorkflowFile.Texts(WorkflowFile.Find(node, "env"));
}
