using Nuke.Common.IO;

namespace Nuke.Common.Parameters;

/// <summary>Where values come from, in order: command line, environment, profile files (the last named first), parameters file.</summary>
internal sealed class ParameterValues(CommandLine typed, EnvironmentValues variables)
{
    private List<ParametersFile> _files = [];

    /// <summary>The targets that were named, as they were typed.</summary>
    public IReadOnlyList<string> Targets => [.. typed.Positional, .. Get(KernelParameters.Target) as string[] ?? []];

    /// <summary>Reads <c>.nuke/parameters.json</c> and the files of <c>--profile</c>.</summary>
    public void ReadFiles(AbsolutePath root, ParameterSet parameters)
    {
        string[] profiles = Get(KernelParameters.Profile) as string[] ?? [];
        _files = [.. profiles.Reverse().Append(null).Select(x => ParametersFile.Read(root, x, parameters)).OfType<ParametersFile>()];
    }

    /// <summary>The value in the parameter's own type; null when nobody gave one.</summary>
    /// <exception cref="BuildUsageException">It does not fit, or was given where it may not be.</exception>
    public object? Get(BuildParameter parameter) => Find(parameter) is { } given ? ValueConversion.Convert(parameter, given) : null;

    /// <summary>The winner's text and where it was given; null when nobody gave one.</summary>
    /// <exception cref="BuildUsageException">It was given where it may not be.</exception>
    public GivenValue? Find(BuildParameter parameter)
    {
        GivenValue? quiet = variables.Find(parameter) ?? _files.Select(x => x.Find(parameter)).FirstOrDefault(x => x is not null);
        if (quiet is not null && parameter.IsUnsafe)
            throw new BuildUsageException(
                $"{quiet.Source} is ignored: {parameter.Flag} weakens a check and is taken from the command line only; remove it there"
            );
        return typed.Find(parameter) ?? quiet;
    }

    public bool IsGiven(BuildParameter parameter) =>
        (typed.Find(parameter) ?? variables.Find(parameter)) is not null || _files.Any(x => x.Find(parameter) is not null);

    /// <summary>Gives every parameter of the build class that has a value its value; the others keep their initialisers.</summary>
    public void Inject(object build, ParameterSet parameters)
    {
        foreach (BuildParameter parameter in parameters.Own)
        {
            if (Get(parameter) is { } value)
                parameter.SetIn(build, value);
        }
    }

    /// <summary>
    /// The texts that must not be shown, wherever they were given; those of initialisers are in <paramref name="build"/>.
    /// </summary>
    public IReadOnlyList<string> Secrets(ParameterSet parameters, object build) =>
        [
            .. parameters
                .Own.Where(x => x.IsSecret)
                .SelectMany(x =>
                    (IEnumerable<string>)[.. typed.Find(x)?.Values ?? [], .. variables.Find(x)?.Values ?? [], .. Initial(x, build)]
                ),
        ];

    private static IEnumerable<string> Initial(BuildParameter parameter, object build) =>
        parameter.ValueIn(build) switch
        {
            string text => [text],
            IEnumerable<string> texts => texts,
            _ => [],
        };
}

/// <summary>The text of a value, where it was given, and what its relative paths are relative to.</summary>
/// <param name="Values">One text per value; empty when only the name was given.</param>
/// <param name="Source">In words for an error: <c>--images</c>, <c>SLIPWAY_IMAGES</c>, <c>.nuke/parameters.json: Images</c>.</param>
/// <param name="Base">A rooted folder.</param>
/// <param name="Origin">
/// The kind of place, in words for help: <c>command line</c>, <c>environment SLIPWAY_IMAGES</c>, <c>.nuke/parameters.json</c>.
/// </param>
internal sealed record GivenValue(IReadOnlyList<string> Values, string Source, string Base, string Origin);
