using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>How a target stands to others, in words for a plan.</summary>
internal static class TargetWords
{
    /// <summary>As <c>depends on Fetch, Sign; after Clean; triggered by Publish</c>; empty when it stands alone.</summary>
    /// <param name="target">What is described.</param>
    /// <param name="among">Who else runs: mere order counts among these only.</param>
    public static string Of(ExecutableTarget target, IReadOnlyList<ExecutableTarget> among)
    {
        List<string> parts = [];
        Add("depends on ", target.ExecutionDependencies);
        Add("after ", [.. target.OrderDependencies.Where(among.Contains).Except(target.ExecutionDependencies)]);
        Add("triggered by ", target.TriggerDependencies);
        if (target.AssuredAfterFailure)
            parts.Add("runs after a failure too");
        if (target.ProceedAfterFailure)
            parts.Add("the run continues after its failure");
        return string.Join("; ", parts);

        void Add(string words, IReadOnlyList<ExecutableTarget> others)
        {
            if (others.Count > 0)
                parts.Add(words + string.Join(", ", others.Select(x => x.Name)));
        }
    }
}
