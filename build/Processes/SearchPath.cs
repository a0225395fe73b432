namespace Slipway.Processes;

/// <summary>
/// Where a program's name leads: along PATH alone. .NET looks beside this program and into the working directory first, where what was
/// downloaded may be called as a program is.
/// </summary>
public static class SearchPath
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Whether a program of this name would be found.</summary>
    public static bool Has(string program)
    {
        try
        {
            return File.Exists(Find(program));
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <returns>A path; the name itself where it is one, and on Windows, which knows more kinds of programs by more names.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static string Find(string program) =>
        OperatingSystem.IsWindows() || program.Contains('/', StringComparison.Ordinal)
            ? program
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .Where(Path.IsPathFullyQualified)
                .Select(folder => Path.Combine(folder, program))
                .FirstOrDefault(IsExecutable)
                ?? throw new FileNotFoundException($"no folder of PATH has {program}", program);

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Executable) != 0);
}
