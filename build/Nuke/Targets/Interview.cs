using Nuke.Common.Output;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>Asks a person for the parameters that are missing. The answers are used for this run and kept nowhere.</summary>
internal sealed class Interview(IPrompt prompt, BuildLog log, string workingDirectory, CancellationToken cancellationToken)
{
    private readonly HashSet<BuildParameter> _refused = [];

    /// <summary>
    /// Asks until the answer fits and gives it to the build; false when the person has none (an empty line, end of input), which is asked
    /// once. What weakens a check is never asked for.
    /// </summary>
    public bool Fill(object build, BuildParameter parameter)
    {
        while (!parameter.IsUnsafe && !_refused.Contains(parameter))
        {
            if (prompt.Ask(Question(parameter), parameter.IsSecret, cancellationToken)?.Trim() is not { Length: > 0 } answer)
            {
                _refused.Add(parameter);
            }
            else if (TryGive(build, parameter, answer))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryGive(object build, BuildParameter parameter, string answer)
    {
        string[] texts = EnvironmentValues.Split(parameter, answer);
        if (parameter.IsSecret)
            log.Hide([answer, .. texts]);
        try
        {
            parameter.SetIn(build, ValueConversion.Convert(parameter, new GivenValue(texts, parameter.Flag, workingDirectory, "answer")));
            return true;
        }
        catch (BuildUsageException unfit)
        {
            log.Failure(unfit.Message);
            return false;
        }
    }

    private static string Question(BuildParameter parameter)
    {
        string choice = parameter.Allowed.Count > 0 ? $" [{string.Join(", ", parameter.Allowed)}]" : "";
        return $"{parameter.Flag}{(parameter.Description is { Length: > 0 } text ? $" ({text})" : "")}{choice}: ";
    }
}
