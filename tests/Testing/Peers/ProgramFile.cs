using System.Diagnostics;

namespace Slipway.Testing;

/// <summary>
/// Scripts that a test starts right after it made them. Another process writes them: a file that this one has open for writing is
/// open in whatever it forks meanwhile for another test, too, and cannot be executed until that has ended ("text file busy").
/// </summary>
public static class ProgramFile
{
    /// <summary>Writes an executable file in place of what is there.</summary>
    /// <returns>The path.</returns>
    public static string Write(string path, string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        ProcessStartInfo start = new("/bin/sh", ["-c", "rm -f \"$0\" && cat > \"$0\" && chmod 700 \"$0\"", path])
        {
            RedirectStandardInput = true,
        };
        using Process writer = Process.Start(start)!;
        writer.StandardInput.Write(script);
        writer.StandardInput.Close();
        writer.WaitForExit();
        return writer.ExitCode == 0 ? path : throw new IOException($"{path}: it could not be written");
    }
}
