using System.Text.RegularExpressions;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>What an executable script names after <c>#!</c> is an executable file of the image, through <c>env</c> too.</summary>
internal sealed partial class ScriptRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry script in image.Found.Entries)
        {
            if (script.File?.Script is not { } line || !InspectedPlatform.IsExecutable(script))
                continue;
            foreach (string program in Missing(line, image))
            {
                if (!image.Contract.Allows(ExceptionKey.MissingInterpreters, script.Path, program))
                    yield return image.Violation(
                        script.Path,
                        "script",
                        $"its interpreter {program} is not in the image or cannot be executed",
                        image.Allow(ExceptionKey.MissingInterpreters)
                    );
            }
        }
    }

    private static IEnumerable<string> Missing(string line, InspectedPlatform image)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        string program = end < 0 ? line : line[..end];
        if (!(program.StartsWith('/') && image.HasExecutable(program)))
            yield return program.Length == 0 ? "(none)" : program;
        if (!program.EndsWith("/env", StringComparison.Ordinal) || NamedTo(line[program.Length..].Trim(' ', '\t')) is not { } named)
            yield break;
        bool there = named.Contains('/', StringComparison.Ordinal)
            ? image.HasExecutable(named)
            : image.SearchPath.Any(folder => image.HasExecutable($"{folder}/{named}"));
        if (!there)
            yield return named;
    }

    /// <summary>
    /// The program that env is to start; null for none. Linux gives what follows as one argument, which only <c>-S</c> splits.
    /// </summary>
    private static string? NamedTo(string argument)
    {
        Match split = Split().Match(argument);
        if (!split.Success)
            return argument.Length == 0 || argument.Contains('=', StringComparison.Ordinal) ? null : argument;
        string[] words = argument[split.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            // Of the options these two have a word of their own; what holds an equals sign sets a variable.
            if (words[i] is "-u" or "-C")
                i++;
            else if (words[i][0] != '-' && !words[i].Contains('=', StringComparison.Ordinal))
                return words[i];
        }

        return null;
    }

    [GeneratedRegex(@"\A(-[iv0]*S|--split-string[= ])")]
    private static partial Regex Split();
}
