using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>
/// Standard input, output and error, which whoever starts a program may have closed. Linux then gives their numbers to what is opened next:
/// a file, a connection, a pipe of the runtime's own, and what is meant for people is written into that. build.sh makes sure of them; this
/// is for a program that was started without it.
/// </summary>
internal static class StandardFiles
{
    private const string Open = "/proc/self/fd",
        Facts = "/proc/self/fdinfo";
    private const int AccessMode = 3,
        ReadOnly = 0,
        WriteOnly = 1;

    // Open for as long as the process runs, so that nothing else gets their numbers.
    private static readonly List<SafeFileHandle> Placeholders = [];

    /// <summary>
    /// Reads nothing and writes nowhere from now on where such a file is closed, or is not what its starter meant. Before anything uses the
    /// console.
    /// </summary>
    public static void Require()
    {
        // What fails is told by the exit code, too; that it cannot be told in words is no failure of its own.
        Console.SetError(new BestEffortWriter(Console.Error));
        if (!Directory.Exists(Open))
            return;
        if (!IsMeant(0))
            Console.SetIn(TextReader.Null);
        if (!IsMeant(1))
            Console.SetOut(TextWriter.Null);
        if (!IsMeant(2))
            Console.SetError(TextWriter.Null);
        Fill();
    }

    /// <summary>Whether the file is open, for reading or writing as its number says, and no pipe from this process to itself.</summary>
    private static bool IsMeant(int number)
    {
        int other = number == 0 ? WriteOnly : ReadOnly;
        if (ModeOf(number) is not { } mode || mode == other)
            return false;
        return Target(number) is not { } target
            || !target.StartsWith("pipe:", StringComparison.Ordinal)
            || !Directory
                .EnumerateFiles(Open)
                .Select(Path.GetFileName)
                .OfType<string>()
                .Where(name =>
                    int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int each)
                    && each != number
                    && Target(each) == target
                )
                .Any(name => ModeOf(int.Parse(name, CultureInfo.InvariantCulture)) == other);
    }

    private static void Fill()
    {
        while (true)
        {
            SafeFileHandle handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (handle.DangerousGetHandle() > 2)
            {
                handle.Dispose();
                return;
            }

            Placeholders.Add(handle);
        }
    }

    private static string? Target(int number)
    {
        try
        {
            return new FileInfo($"{Open}/{number}").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Null when there is no such file.</summary>
    private static int? ModeOf(int number)
    {
        try
        {
            // proc(5): the flags of open(2) in octal.
            string? flags = File.ReadLines($"{Facts}/{number}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is null ? null : Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & AccessMode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
