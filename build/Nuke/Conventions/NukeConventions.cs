namespace Nuke.Common;

/// <summary>NUKE's own conventions: bare or <c>NUKE_</c> environment names, everything on standard output, -1 for any failure.</summary>
public class NukeConventions : IBuildConventions
{
    /// <inheritdoc/>
    public virtual string EnvironmentPrefix => "";

    /// <inheritdoc/>
    public virtual string Command => OperatingSystem.IsWindows() ? ".\\build.ps1" : "./build.sh";

    /// <inheritdoc/>
    public virtual TextWriter Log => Console.Out;

    /// <inheritdoc/>
    public virtual TextWriter Output => Console.Out;

    /// <inheritdoc/>
    public virtual int ExitCodeOf(Exception exception) => -1;

    /// <inheritdoc/>
    public virtual string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception is BuildUsageException ? exception.Message : exception.ToString();
    }
}
