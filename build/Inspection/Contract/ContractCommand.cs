using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>A command that must do what it says in a container of the image: an entry of <c>run</c> in a contract.</summary>
public sealed partial record ContractCommand
{
    /// <summary>In place of the image's own entrypoint and arguments; empty for those.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>For the image's own entrypoint, in place of its own arguments; empty for those.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public int ExitCode { get; init; }

    /// <summary>
    /// Regular expressions, each of which matches somewhere in the output or the errors; may hold <c>{version}</c> and <c>{arch}</c>.
    /// </summary>
    public ImmutableArray<string> Output { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Environment { get; init; } = Descriptor.NoAnnotations;

    /// <summary>Folders of memory that it may write to, absolute.</summary>
    public ImmutableArray<string> Scratch { get; init; } = [];

    /// <summary>Without <c>CAP_</c>.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    public bool HasNetwork { get; init; }

    /// <summary>Whether it can be expected to work where the platform's programs are emulated.</summary>
    public bool WorksEmulated { get; init; } = true;

    /// <summary>Where; none = everywhere.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>The patterns as they hold for one platform, as expressions that take time linear in their input.</summary>
    /// <exception cref="ArgumentException">One is no regular expression that does.</exception>
    public IEnumerable<(string Text, Regex Expression)> Patterns(string version, string architecture) =>
        Output
            .Select(text =>
                text.Replace("{version}", Regex.Escape(version), StringComparison.Ordinal)
                    .Replace("{arch}", Regex.Escape(architecture), StringComparison.Ordinal)
            )
            .Select(text => (text, new Regex(text, RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant)));

    public override string ToString() =>
        !Command.IsEmpty ? string.Join(' ', Command)
        : !Arguments.IsEmpty ? $"entrypoint {string.Join(' ', Arguments)}"
        : "entrypoint";

    /// <exception cref="DefinitionException">The entry is wrong; names file, line and column.</exception>
    internal static ContractCommand Read(YamlMap map, ImageDefinition definition)
    {
        ContractCommand command = new()
        {
            Command = [.. map.OptionalEach("command", (text, _) => text) ?? []],
            Arguments = [.. map.OptionalEach("arguments", (text, _) => text) ?? []],
            ExitCode = map.Number("exitCode", otherwise: 0),
            Output = [.. map.OptionalEach("output", (text, _) => Checked(text, map)) ?? []],
            Environment = map.Pairs("environment").ToImmutableSortedDictionary(StringComparer.Ordinal),
            Scratch =
            [
                .. map.Texts("scratch")
                    .Select(path =>
                        "/"
                        + ContractFile.AbsoluteOr(path, () =>
                            map.FaultAt("scratch", path, $"wanted an absolute path without '.' or '..', got '{path}'")
                        )
                    ),
            ],
            Capabilities =
            [
                .. map.Texts("capabilities")
                    .Select(name =>
                        Capability().IsMatch(name)
                            ? name
                            : throw map.FaultAt("capabilities", name, $"wanted capabilities as NET_ADMIN, got '{name}'")
                    ),
            ],
            HasNetwork = map.Flag("network", otherwise: false),
            WorksEmulated = map.Flag("emulated", otherwise: true),
            Platforms = ContractFile.Platforms(map, definition),
        };
        if (!command.Command.IsEmpty && !command.Arguments.IsEmpty)
            throw map.Fault("arguments", "wanted either 'command' or 'arguments'");
        if (!command.Command.IsEmpty && !command.Command[0].StartsWith('/'))
            throw map.FaultAt("command", command.Command[0], $"wanted an absolute path first, got '{command.Command[0]}'");
        return command.ExitCode <= 255
            ? command
            : throw map.Fault("exitCode", $"'exitCode' wanted a number from 0 to 255, got {command.ExitCode}");
    }

    private static string Checked(string pattern, YamlMap map)
    {
        try
        {
            _ = new ContractCommand { Output = [pattern] }
                .Patterns("v1", "x")
                .ToList();
            return pattern;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw map.FaultAt("output", pattern, $"'{pattern}' is not an allowed regular expression: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    [GeneratedRegex(@"^[A-Z][A-Z_]*\z")]
    private static partial Regex Capability();
}
