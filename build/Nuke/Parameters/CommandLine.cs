using System.Text;

namespace Nuke.Common.Parameters;

/// <summary>
/// What was typed: targets first, then named parameters, each with the values up to the next name. A name begins with one or two dashes and
/// may carry its first value after <c>=</c>; a dash before a digit begins a value.
/// </summary>
internal sealed class CommandLine
{
    private readonly List<(string Name, List<string> Values)> _named = [];
    private readonly string _folder;

    public CommandLine(IReadOnlyList<string> arguments, string workingDirectory)
    {
        _folder = workingDirectory;
        List<string> positional = [];
        foreach (string argument in arguments)
        {
            if (IsName(argument))
            {
                string[] parts = argument.TrimStart('-').Split('=', 2);
                _named.Add((parts[0], [.. parts[1..]]));
            }
            else
            {
                (_named.Count == 0 ? positional : _named[^1].Values).Add(argument);
            }
        }

        Positional = positional;
    }

    public IReadOnlyList<string> Positional { get; }

    /// <exception cref="BuildUsageException">A name is no parameter's.</exception>
    public void RequireKnown(ParameterSet parameters, string command)
    {
        foreach (string name in _named.Select(x => x.Name).Where(x => x != "h" && parameters.Find(x) is null))
        {
            string hint = NearestName.Of(name, parameters.All.Select(x => x.Dashed)) is { } nearest
                ? $"did you mean --{nearest}?"
                : $"{command} --help --all lists them";
            throw new BuildUsageException($"unknown parameter --{name}; {hint}");
        }
    }

    /// <summary>The last occurrence; for a list, the values of all occurrences. Null when the parameter was not typed.</summary>
    public GivenValue? Find(BuildParameter parameter)
    {
        var typed = _named
            .Where(x => KebabName.Same(x.Name, parameter.Name) || (x.Name == "h" && parameter == KernelParameters.Help))
            .ToList();
        return typed.Count == 0
            ? null
            : new GivenValue(
                [.. parameter.IsList ? typed.SelectMany(x => x.Values) : typed[^1].Values],
                parameter.Flag,
                _folder,
                "command line"
            );
    }

    /// <summary>What makes two calls the same: all that was typed but <c>--continue</c>, and of secrets only that they were.</summary>
    public string Invocation(ParameterSet parameters)
    {
        StringBuilder text = new(string.Join('\0', Positional));
        foreach ((string name, List<string> values) in _named)
        {
            BuildParameter? parameter = parameters.Find(name);
            if (parameter != KernelParameters.Continue)
                text.Append('\n').Append(parameter?.Flag).Append('\0').AppendJoin('\0', parameter is { IsSecret: true } ? [] : values);
        }

        return text.ToString();
    }

    public static bool IsName(string argument) => argument.Length > 1 && argument[0] == '-' && !char.IsAsciiDigit(argument[1]);
}
