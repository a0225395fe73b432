using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>
/// What <c>TARGET --help</c> prints: what the targets do, their whole plan, and each parameter's value and where it comes from.
/// </summary>
/// <param name="starred">Takes secrets out of a value that somebody gave.</param>
internal sealed class TargetHelp(
    IReadOnlyList<ExecutableTarget> plan,
    ParameterSet parameters,
    ParameterValues values,
    IBuildConventions conventions,
    Func<string, string> starred
)
{
    private readonly PlanParameters _read = new(plan, parameters);

    /// <param name="build">As made, before values were given: its members are the defaults.</param>
    /// <param name="root">Paths below it are shown relative to it.</param>
    public string Of(object build, AbsolutePath root)
    {
        List<ExecutableTarget> invoked = [.. plan.Where(x => x.Invoked)];
        StringBuilder text = new();
        foreach (ExecutableTarget target in invoked)
            AppendTarget(text, target);
        text.Append(new PlanText(plan, plan, string.Join(' ', [conventions.Command, .. invoked.Select(x => x.Name)])));
        foreach (ExecutableTarget target in invoked)
            HelpOverview.Append(text, conventions, conventions.Examples(target.Name));
        text.AppendLine().AppendLine("Parameters, and the value each would have:").AppendLine();
        // What a run cannot do without comes first.
        foreach (BuildParameter parameter in parameters.Own.Where(IsShown).OrderBy(x => x.IsRequired || _read.Needing(x).Any() ? 0 : 1))
            AppendParameter(text, parameter, build, root);
        text.AppendLine()
            .AppendLine($"{conventions.Command} --help lists all targets, {conventions.Command} --help --all all parameters, too.");
        return text.ToString();
    }

    private static void AppendTarget(StringBuilder text, ExecutableTarget target)
    {
        text.AppendLine(target.Name);
        foreach (string line in HelpText.Wrap(target.Description ?? "", HelpText.Width - 4))
            text.AppendLine("    " + line);
        if (target.ArtifactProducts.Count > 0)
            text.AppendLine("    Produces: " + string.Join(", ", target.ArtifactProducts));
        text.AppendLine();
    }

    /// <summary>What was given is shown, whoever reads it; of the rest, what a target of the plan reads.</summary>
    private bool IsShown(BuildParameter parameter) => values.IsGiven(parameter) || (parameter.IsListed && _read.IsRead(parameter));

    /// <summary>What it means to these targets; where none reads it, what it means to others.</summary>
    private string Meaning(BuildParameter parameter) =>
        _read.Uses(parameter).Select(use => use.Text).ToArray() is { Length: > 0 } meanings
            ? string.Join("; ", meanings) is { Length: > 0 } text
                ? char.ToUpperInvariant(text[0]) + text[1..]
                : ""
            : parameter.Description ?? "";

    private void AppendParameter(StringBuilder text, BuildParameter parameter, object build, AbsolutePath root)
    {
        text.AppendLine("  " + HelpText.Title(parameter));
        foreach (string line in HelpText.Wrap(Meaning(parameter), HelpText.Width - 6))
            text.AppendLine("      " + line);
        List<string> needing = [.. _read.Needing(parameter)];
        if (parameter.IsRequired)
            text.AppendLine("      Required.");
        else if (needing.Count > 0)
            text.AppendLine($"      Required by {string.Join(", ", needing)}.");
        text.AppendLine("      = " + Value(parameter, build, root));
    }

    private string Value(BuildParameter parameter, object build, AbsolutePath root)
    {
        try
        {
            GivenValue? given = values.Find(parameter);
            object? value = given is null ? parameter.ValueIn(build) : ValueConversion.Convert(parameter, given);
            string origin = given?.Origin ?? "default";
            if (parameter.IsSecret)
                return value is null or "" ? "not given" : $"*** ({origin})";
            string shown = value is false ? "false" : HelpText.Shown(value, root);
            if (given is not null)
                shown = conventions.Printable(starred(shown));
            return shown.Length == 0 && given is null ? "not given" : $"{shown} ({origin})".TrimStart();
        }
        catch (BuildUsageException unfit)
        {
            return "not usable: " + conventions.Printable(starred(unfit.Message));
        }
    }
}
