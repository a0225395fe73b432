using System.Globalization;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// That this run alone writes below an artifacts folder: an open file in it, <c>.lock</c>, that the system lets only one process hold, and
/// beside it who that is. The system lets go of it however the process ends, so files that a killed run left say nothing. Disposing deletes
/// both.
/// </summary>
internal sealed class ArtifactsLock : IDisposable
{
    private const string FileName = ".lock",
        OwnerName = ".locked-by";
    private const int LongestText = 500;
    private const int MostTries = 10;

    // What the system says when another has it: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int Taken =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
        : OperatingSystem.IsLinux() ? 11
        : 35;

    private readonly FileStream _file;
    private readonly string _folder;

    private ArtifactsLock(FileStream file, string folder, bool madeFolder) => (_file, _folder, RemovesFolder) = (file, folder, madeFolder);

    /// <summary>Whether an empty folder goes with the lock: one that was made for it, or whose results were deleted.</summary>
    public bool RemovesFolder { get; set; }

    /// <summary>Whether a file of an artifacts folder is of its lock.</summary>
    public static bool Has(string path) => Path.GetFileName(path) is FileName or OwnerName;

    /// <param name="folder">Is made where it is missing.</param>
    /// <param name="targets">What this run does, for whoever finds the folder taken.</param>
    /// <exception cref="WorkflowException">
    /// Another run has it: <see cref="FailureKind.TryAgain"/>; says which, since when and what it does.
    /// </exception>
    public static ArtifactsLock Take(string folder, string targets, TimeProvider time)
    {
        bool madeFolder = !Directory.Exists(folder);
        for (int tries = 0; tries < MostTries; tries++)
        {
            Directory.CreateDirectory(folder);
            if (TryOpen(Path.Combine(folder, FileName)) is not { } file)
                break;
            // Whoever had it may have deleted the file between our opening it and our getting it: then others would not find ours.
            if (File.Exists(Path.Combine(folder, FileName)))
            {
                File.WriteAllText(
                    Path.Combine(folder, OwnerName),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"process {Environment.ProcessId}, since {time.GetUtcNow():yyyy-MM-dd HH:mm} UTC: {targets}"
                    )
                );
                return new ArtifactsLock(file, folder, madeFolder);
            }

            file.Dispose();
        }

        string who = Owner(Path.Combine(folder, OwnerName));
        throw new WorkflowException(
            $"{folder}: another run ({(who.Length == 0 ? "of an unknown process" : who)}) uses it; nothing was done. Run "
                + "the same command when it is done, or give --artifacts-directory another folder",
            FailureKind.TryAgain
        );
    }

    public void Dispose()
    {
        try
        {
            File.Delete(Path.Combine(_folder, OwnerName));
            File.Delete(Path.Combine(_folder, FileName));
            if (RemovesFolder && !Directory.EnumerateFileSystemEntries(_folder).Any())
                Directory.Delete(_folder);
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
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == Taken)
        {
            return null;
        }
    }

    /// <summary>What the one who has it says of itself; empty when that cannot be read.</summary>
    private static string Owner(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            return Oci.Printable.Line(text.Length > LongestText ? text[..LongestText] : text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
