namespace Slipway.Sources;

/// <summary>A program that is needed is not on this machine; the message names the package to install.</summary>
public sealed class ToolMissingException : Exception
{
    public ToolMissingException(string tool, string package, Exception? innerException = null)
        : base($"{tool}: the program is not there; install the package {package} and run the same command again", innerException)
    {
        Tool = tool;
    }

    /// <summary>The program's name.</summary>
    public string Tool { get; }
}
