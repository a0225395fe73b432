using System.Globalization;
using System.Text;
using Nuke.Common.IO;

namespace Slipway.Graph;

/// <summary>
/// That this run alone writes below an artifacts folder: an open file in it, <c>.lock</c>, that the system lets only one process hold, and that
/// says who it is. The system lets go of it however the process ends, so a file that a killed run left says nothing. Disposing deletes the file.
/// </summary>
internal sealed class ArtifactsLock : IDisposable
{
    public const string FileName = ".lock";

    private const int LongestText = 500;
    private const int MostTries = 10;

    // What the system says when another has it: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int Taken = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsLinux() ? 11 : 35;

    private readonly FileStream _file;
    private readonly string _text;

    private ArtifactsLock(FileStream file, string text, bool madeFolder) => (_file, _text, RemovesFolder) = (file, text, madeFolder);

    /// <summary>Whether an empty folder goes with the lock: one that was made for it, or whose results were deleted.</summary>
    public bool RemovesFolder { get; set; }

    /// <param name="folder">Is made where it is missing.</param>
    /// <param name="targets">What this run does, for whoever finds the folder taken.</param>
    /// <exception cref="TargetFailedException">Another run has it: <see cref="Exit.TryAgain"/>; says which, since when and what it does.</exception>
    public static ArtifactsLock Take(AbsolutePath folder, string targets, TimeProvider clock)
    {
        string path = folder / FileName;
        bool madeFolder = !Directory.Exists(folder);
        string text = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, since {clock.GetUtcNow():yyyy-MM-dd HH:mm} UTC: {targets}");
        for (int tries = 0; tries < MostTries; tries++)
        {
            Directory.CreateDirectory(folder);
            if (TryOpen(path) is not { } file)
                throw Busy(folder, path);
            string mine = $"{text}\n{Guid.NewGuid()}\n";
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(mine));
            file.Flush();
            // Whoever had it may have deleted the file between our opening it and our getting it: then ours is not the one that others find.
            if (Read(path) == mine)
                return new ArtifactsLock(file, mine, madeFolder);
            file.Dispose();
        }

        throw Busy(folder, path);
    }

    public void Dispose()
    {
        string path = _file.Name;
        try
        {
            if (Read(path) == _text)
                File.Delete(path);
            if (RemovesFolder && Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever comes next takes the file over, or puts one there.
        }

        _file.Dispose();
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read | FileShare.Delete : FileShare.None);
        }
        catch (IOException e) when (e.HResult == Taken)
        {
            return null;
        }
    }

    /// <summary>What the file says, without asking for it; empty when there is none.</summary>
    private static string Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] text = new byte[LongestText];
            return Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, LongestText, throwOnEndOfStream: false));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static TargetFailedException Busy(AbsolutePath folder, string path)
    {
        string who = Read(path).Split('\n')[0];
        return new TargetFailedException(
            $"{folder}: another run ({(who.Length == 0 ? "which does not say who it is" : who)}) works here; nothing was done. Run the same command when it is done, or give --artifacts-directory another folder",
            Exit.TryAgain);
    }
}
