namespace Nuke.Common;

/// <summary>
/// The command line, the environment or a parameters file says something that the build cannot carry out. The message is one line that
/// stands alone, and no stack trace is shown. A target may throw it too.
/// </summary>
public sealed class BuildUsageException(string message) : Exception(message)
{
    /// <summary>EX_USAGE of sysexits.h.</summary>
    public const int ExitCode = 64;
}
