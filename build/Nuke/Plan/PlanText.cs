using System.Globalization;
using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>The target graph in lines: what the call would run, in order, then the other targets.</summary>
/// <param name="all">In declaration order.</param>
/// <param name="plan">In running order.</param>
/// <param name="command">The call without <c>--plan</c>.</param>
internal sealed class PlanText(IReadOnlyList<ExecutableTarget> all, IReadOnlyList<ExecutableTarget> plan, string command)
{
    public override string ToString()
    {
        List<ExecutableTarget> others = [.. all.Where(x => x.Listed && !plan.Contains(x))];
        int column = plan.Concat(others).Select(x => x.Name.Length).Max();
        StringBuilder text = new();
        text.AppendLine($"{command} runs:");
        for (int i = 0; i < plan.Count; i++)
            text.AppendLine(Line($"{(i + 1).ToString(CultureInfo.InvariantCulture), 4}. ", plan[i], plan, column));
        if (others.Count > 0)
            text.AppendLine().AppendLine("Other targets:");
        foreach (ExecutableTarget other in others)
            text.AppendLine(Line("      ", other, all, column));
        return text.ToString();
    }

    private static string Line(string head, ExecutableTarget target, IReadOnlyList<ExecutableTarget> among, int column) =>
        $"{head}{target.Name.PadRight(column)}  {TargetWords.Of(target, among)}".TrimEnd();
}
