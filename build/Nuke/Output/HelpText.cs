using System.Collections;
using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>What <c>--help --all</c> prints: plain text, at most 80 columns.</summary>
internal sealed class HelpText(IReadOnlyList<ExecutableTarget> targets, ParameterSet parameters, IBuildConventions conventions)
{
    public const int Width = 80;
    private const int LeastColumn = 18;

    /// <param name="build">As made, before values were given: its members are the defaults.</param>
    /// <param name="root">Paths below it are shown relative to it.</param>
    public string Of(object build, AbsolutePath root)
    {
        StringBuilder text = new();
        text.AppendLine($"Usage: {conventions.Command} [Target ...] [--parameter value ...]").AppendLine();
        AppendTargets(text);
        AppendParameters(text, build, root);
        text.AppendLine();
        foreach (string line in Wrap(Sources(), Width))
            text.AppendLine(line);
        return text.ToString();
    }

    private void AppendTargets(StringBuilder text)
    {
        text.AppendLine("Targets (with what they depend on):").AppendLine();
        List<ExecutableTarget> listed = [.. targets.Where(x => x.Listed)];
        int column = listed.Select(x => Title(x).Length).Append(LeastColumn).Max();
        foreach (ExecutableTarget target in listed)
        {
            string dependencies = string.Join(", ", target.ExecutionDependencies.Select(x => x.Name));
            text.AppendLine($"  {Title(target).PadRight(column)}{(dependencies.Length > 0 ? " -> " + dependencies : "")}".TrimEnd());
            foreach (string line in Wrap(target.Description ?? "", Width - 4))
                text.AppendLine("    " + line);
        }
    }

    private void AppendParameters(StringBuilder text, object build, AbsolutePath root)
    {
        List<BuildParameter> listed = [.. parameters.All.Where(x => x.IsListed)];
        int column = listed.Select(x => Title(x).Length).Append(LeastColumn).Max();
        text.AppendLine().AppendLine("Parameters:").AppendLine();
        foreach (BuildParameter parameter in listed)
        {
            if (parameter == KernelParameters.All[0] && parameters.Own.Any(x => x.IsListed))
                text.AppendLine();
            string[] lines = [.. Wrap(Describe(parameter, build, root), Width - column - 4)];
            text.AppendLine($"  {Title(parameter).PadRight(column)}  {lines.FirstOrDefault()}".TrimEnd());
            foreach (string line in lines.Skip(1))
                text.AppendLine(new string(' ', column + 4) + line);
        }
    }

    private static string Title(ExecutableTarget target) => target.Name + (target.IsDefault ? " (default)" : "");

    public static string Title(BuildParameter parameter) =>
        parameter.Flag
        + (
            parameter.IsSwitch ? ""
            : parameter.IsList ? " VALUE..."
            : " VALUE"
        );

    private string Describe(BuildParameter parameter, object build, AbsolutePath root)
    {
        List<string> parts = [];
        string defaults = string.Join(", ", targets.Where(x => x.IsDefault).Select(x => x.Name));
        if (parameter.Description is { Length: > 0 } description)
            parts.Add(description.Replace("{default_target}", defaults.Length > 0 ? defaults : "none", StringComparison.Ordinal) + ".");
        if (parameter.Allowed.Count > 0)
            parts.Add($"One of: {string.Join(", ", parameter.Allowed)}.");
        if (parameter.IsSecret)
            parts.Add($"Secret: set {parameter.Variable(conventions.EnvironmentPrefix)}.");
        else if (parameter.IsUnsafe)
            parts.Add("From the command line only.");
        if (parameter.IsRequired)
            parts.Add("Required.");
        if (!parameter.IsSecret && Shown(parameter.ValueIn(build), root) is { Length: > 0 } value)
            parts.Add($"Default: {value}.");
        return string.Join(' ', parts);
    }

    public static string Shown(object? value, AbsolutePath root) =>
        value switch
        {
            null or false => "",
            true => "true",
            string text => text,
            AbsolutePath path => path.ToString().StartsWith(root + Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal)
                ? Path.GetRelativePath(root, path)
                : path.ToString(),
            IEnumerable many => string.Join(' ', many.Cast<object?>().Select(x => Shown(x, root))),
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    private string Sources()
    {
        string prefix = conventions.EnvironmentPrefix.Length > 0 ? conventions.EnvironmentPrefix : "NUKE_";
        return $"A value comes from the command line, else from the environment ({prefix}VERBOSITY for --verbosity), "
            + $"else from {RootFolder.Mark}/parameters.json.";
    }

    public static IEnumerable<string> Wrap(string text, int width)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
            yield return line.ToString();
    }
}
