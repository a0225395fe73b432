using System.Text.RegularExpressions;

namespace Nuke.Common.Parameters;

/// <summary>
/// What a parameter means to some targets. Its description says it in clauses: <c>Mirror: where to copy to; Save: the file to write</c>. A
/// description that begins with no target's name is meant for all.
/// </summary>
/// <param name="Targets">Their names; none: all.</param>
/// <param name="Text">What it means to them.</param>
internal sealed partial record ParameterUse(IReadOnlyList<string> Targets, string Text)
{
    public static IReadOnlyList<ParameterUse> Of(string description)
    {
        Match[] clauses = [.. Clause().Matches(description).Cast<Match>()];
        return clauses is not [{ Index: 0 }, ..]
            ? [new ParameterUse([], description)]
            :
            [
                .. clauses.Select(
                    (clause, at) =>
                        new ParameterUse(
                            clause.Groups["targets"].Value.Split(", "),
                            description[
                                (clause.Index + clause.Length)..(at + 1 < clauses.Length ? clauses[at + 1].Index : description.Length)
                            ]
                        )
                ),
            ];
    }

    [GeneratedRegex("(?:^|; )(?<targets>[A-Z][A-Za-z]+(?:, [A-Z][A-Za-z]+)*): ")]
    private static partial Regex Clause();
}
