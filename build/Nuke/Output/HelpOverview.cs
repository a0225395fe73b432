using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>
/// What <c>--help</c> prints: the targets by what people come for, in two screens of 80 columns at most, where the build has short
/// words for each. Groups come in the order of their first target.
/// </summary>
internal sealed class HelpOverview(IReadOnlyList<ExecutableTarget> targets, IBuildConventions conventions)
{
    public const int Width = 80;

    private readonly List<ExecutableTarget> _listed = [.. targets.Where(x => x.Listed)];

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine($"Usage: {conventions.Command} [Target ...] [--parameter value ...]");
        AppendCalls(text, conventions, conventions.Examples(null));
        AppendTargets(text);
        string next =
            $"{conventions.Command} TARGET --help shows parameters and examples, {conventions.Command} --help --all "
            + $"everything. {conventions.ReadOn}";
        if (_listed.Any(x => x.IsDefault))
            next = "* is the default. " + next;
        text.AppendLine();
        foreach (string line in HelpText.Wrap(next, Width))
            text.AppendLine(line);
        return text.ToString();
    }

    /// <summary>Appends a paragraph, or nothing where there are no examples. Where it is too long, what a call does is above it.</summary>
    public static void Append(StringBuilder text, IBuildConventions conventions, IReadOnlyList<HelpExample> examples)
    {
        if (examples.Count == 0)
            return;
        text.AppendLine().AppendLine("Examples:");
        AppendCalls(text, conventions, examples);
    }

    private static void AppendCalls(StringBuilder text, IBuildConventions conventions, IReadOnlyList<HelpExample> examples)
    {
        List<string> calls = [.. examples.Select(x => $"  {conventions.Command} {x.Arguments}".TrimEnd())];
        int column = calls.Select(x => x.Length).Append(0).Max() + 2;
        bool isBeside = examples.All(x => column + 2 + x.Text.Length <= Width);
        foreach ((string call, HelpExample example) in calls.Zip(examples))
        {
            if (isBeside)
                text.AppendLine($"{call.PadRight(column)}# {example.Text}");
            else
                text.AppendLine($"  # {example.Text}").AppendLine(call);
        }
    }

    private void AppendTargets(StringBuilder text)
    {
        int first = _listed.Select(x => x.Category.Length).Append(0).Max();
        int group = first == 0 ? 2 : first + 2;
        int column = _listed.Select(x => Title(x).Length).Append(0).Max() + 2;
        foreach (IGrouping<string, ExecutableTarget> members in _listed.GroupBy(x => x.Category))
        {
            text.AppendLine();
            string category = members.Key;
            foreach (ExecutableTarget target in members)
            {
                string[] lines = [.. HelpText.Wrap(Summary(target), Width - group - column)];
                text.AppendLine((category.PadRight(group) + Title(target).PadRight(column) + lines.FirstOrDefault()).TrimEnd());
                foreach (string line in lines.Skip(1))
                    text.AppendLine(new string(' ', group + column) + line);
                category = "";
            }
        }
    }

    private static string Title(ExecutableTarget target) => target.Name + (target.IsDefault ? "*" : "");

    /// <summary>The first clause of the description; the rest is for the target's own help.</summary>
    private static string Summary(ExecutableTarget target)
    {
        string text = target.Description ?? "";
        int end = text.AsSpan().IndexOfAny(":;");
        return end < 0 ? text : text[..end];
    }
}
