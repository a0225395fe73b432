namespace Nuke.Common.Execution;

/// <summary>A condition of a target and its text in the source, which is the reason shown when it does not hold.</summary>
internal sealed record Condition(Func<bool> Holds, string Text)
{
    public static Condition Of(Func<bool> condition, string? expression)
    {
        string text = string.Join(' ', (expression ?? "a condition").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new Condition(condition, text.StartsWith("() =>", StringComparison.Ordinal) ? text["() =>".Length..].Trim() : text);
    }
}
