namespace Slipway.Images;

/// <summary>What an executable script names after <c>#!</c> is an executable file of the image, through <c>env</c> too.</summary>
internal sealed class ScriptRule : IInspectionRule
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
                    yield return image.Violation(script.Path, "script", $"its interpreter {program} is not in the image or cannot be executed", image.Allow(ExceptionKey.MissingInterpreters));
            }
        }
    }

    private static IEnumerable<string> Missing(string line, InspectedPlatform image)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string program = words.FirstOrDefault() ?? "";
        if (!(program.StartsWith('/') && image.HasExecutable(program)))
            yield return program.Length == 0 ? "(none)" : program;
        if (!program.EndsWith("/env", StringComparison.Ordinal))
            yield break;
        // env looks a program up on PATH; what it is told besides begins with a hyphen or sets a variable.
        string? named = words.Skip(1).FirstOrDefault(word => word[0] != '-' && !word.Contains('=', StringComparison.Ordinal));
        if (named is not null && !image.SearchPath.Any(folder => image.HasExecutable($"{folder}/{named}")))
            yield return named;
    }
}
