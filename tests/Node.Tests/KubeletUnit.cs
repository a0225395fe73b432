using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>The unit of a node as the image's README has it (systemd.unit(5)).</summary>
internal static partial class KubeletUnit
{
    public const string Name = "kubelet.service";

    private const string Variable = "KUBELET_IMAGE";

    /// <summary>Flags that want an API server, which these nodes lack.</summary>
    private static readonly string[] Cluster = ["--bootstrap-kubeconfig", "--kubeconfig", "--node-labels"];

    public static string Text { get; } =
        Block().Match(File.ReadAllText(SourceTree.At("images", "kubelet", "README.md"))) is { Success: true } block
            ? block.Groups[1].Value
            : throw new InvalidDataException("images/kubelet/README.md has no unit");

    /// <summary>Folders of the node in the container: from, to, and options as podman has them.</summary>
    public static IReadOnlyList<(string From, string To, string[] Options)> Volumes { get; } =
    [.. Volume().Matches(Text).Select(volume => (volume.Groups[1].Value, volume.Groups[2].Value, volume.Groups[3].Value.Split(',', ':')))];

    /// <summary>What kubelet is given, less what a node without a cluster cannot have.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
    [
        .. Text[Text.IndexOf($"${{{Variable}}}", StringComparison.Ordinal)..]
            .Split('\n')
            .Skip(1)
            .TakeWhile(line => line.StartsWith("  --", StringComparison.Ordinal))
            .Select(line => line.Trim(' ', '\\'))
            .Where(flag => !Cluster.Contains(flag.Split('=')[0])),
    ];

    /// <summary>What the variable is with a drop-in: the last assignment wins.</summary>
    public static string ImageWith(string dropIn) => Assignment().Matches(Text + dropIn).Last().Groups[1].Value;

    [GeneratedRegex(@"```ini\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"--volume ([^:\s]+):([^:\s]+)(?::(\S+))?")]
    private static partial Regex Volume();

    [GeneratedRegex($@"^Environment={Variable}=(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Assignment();
}
