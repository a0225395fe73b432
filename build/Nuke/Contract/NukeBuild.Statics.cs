using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

public abstract partial class NukeBuild
{
    /// <summary>
    /// The folder <c>--root</c> names, else the nearest one with <c>.nuke</c> at or above the working directory, else above the build's
    /// assembly.
    /// </summary>
    public static AbsolutePath RootDirectory => BuildSession.CurrentOrProcess.RootDirectory;

    /// <summary><c>.nuke/temp</c> of the root; made when asked for.</summary>
    public static AbsolutePath TemporaryDirectory => (RootDirectory / RootFolder.Mark / "temp").CreateDirectory();

    /// <summary>How much the kernel logs; a build may go by it for its own lines.</summary>
    public static Verbosity Verbosity
    {
        get => BuildSession.CurrentOrProcess.Verbosity;
        set => BuildSession.CurrentOrProcess.Verbosity = value;
    }

    /// <summary>Whether no continuous integration server runs the build.</summary>
    public static bool IsLocalBuild => !IsServerBuild;

    public static bool IsServerBuild => BuildSession.CurrentOrProcess.IsServerBuild;
}
