namespace Nuke.Common.Parameters;

/// <summary>
/// Parameters from environment variables. Letter case and underscores do not matter; an empty variable counts as not set.
/// </summary>
internal sealed class EnvironmentValues(IReadOnlyDictionary<string, string> variables, string prefix, string workingDirectory)
{
    /// <exception cref="BuildUsageException">Two variables give the parameter different values.</exception>
    public GivenValue? Find(BuildParameter parameter)
    {
        List<string> names =
        [
            .. variables.Where(x => x.Value.Length > 0 && Gives(x.Key, parameter)).Select(x => x.Key).Order(StringComparer.Ordinal),
        ];
        if (names.Count == 0)
            return null;

        string exact = parameter.Variable(prefix);
        string name = names.Contains(exact) ? exact : names[0];
        if (name != exact && names.Select(x => variables[x]).Distinct().Count() > 1)
            throw new BuildUsageException($"{parameter.Flag}: the variables {string.Join(" and ", names)} disagree; keep one of them");
        return new GivenValue(Split(parameter, variables[name]), name, workingDirectory, "environment " + name);
    }

    private bool Gives(string variable, BuildParameter parameter) =>
        prefix.Length > 0
            ? variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && KebabName.Same(variable[prefix.Length..], parameter.Name)
            : KebabName.Same(variable, parameter.Name) || KebabName.Same(variable, "NUKE" + parameter.Name);

    /// <summary>A list's elements stand apart by its separator, else by blanks; paths by the system's path separator.</summary>
    public static string[] Split(BuildParameter parameter, string value) =>
        !parameter.IsList || parameter.Separator is not null ? [value]
        : parameter.IsPath ? value.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        : value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
