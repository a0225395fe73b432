using System.ComponentModel;
using System.Diagnostics;
using Nuke.Common.IO;
using Slipway.Processes;

namespace Nuke.Common.Execution;

/// <summary>The web browser of whoever started the run.</summary>
internal sealed class Browser
{
    private readonly ProcessStartInfo _opener;

    private Browser(ProcessStartInfo opener) => _opener = opener;

    /// <summary>Null on a build server and on a Unix without a screen or the program that opens pages on it.</summary>
    public static Browser? Of(BuildEnvironment environment)
    {
        if (environment.IsServer)
            return null;
        if (OperatingSystem.IsWindows())
            return new Browser(new ProcessStartInfo { UseShellExecute = true });
        bool hasScreen =
            OperatingSystem.IsMacOS() || environment.Variable("DISPLAY") is not null || environment.Variable("WAYLAND_DISPLAY") is not null;
        string name = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        string? program = environment
            .Variable("PATH")
            ?.Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(x => Path.Combine(x, name))
            .FirstOrDefault(File.Exists);
        return hasScreen && program is not null
            ? new Browser(new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true })
            : null;
    }

    /// <summary>Returns once the browser was told, not when the page shows; false when it could not be.</summary>
    public bool Open(AbsolutePath page)
    {
        if (_opener.UseShellExecute)
        {
            _opener.FileName = page.ToString();
        }
        else
        {
            _opener.ArgumentList.Add(page.ToString());
            ProgramEnvironment.Browser.ApplyTo(_opener.Environment);
        }

        try
        {
            using Process? started = Process.Start(_opener);
            return true;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
