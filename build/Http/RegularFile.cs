using System.Text;

namespace Slipway.Http;

/// <summary>
/// Reads files that people name, on a command line, in the environment or in a folder: regular ones alone, and within a limit. What has no
/// length is never opened: opening a pipe waits for whoever writes to it, and a device may never end. (A runtime that tells kinds of files
/// apart before they are opened would say which it is; this one says their length.)
/// </summary>
public static class RegularFile
{
    private const int Buffer = 64 * 1024;

    /// <summary>The file's bytes, at least one.</summary>
    /// <param name="limit">In bytes; more is refused.</param>
    /// <exception cref="UnfitFileException">There is no such file, it is none that is read, empty, or larger.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public static byte[] ReadBytes(string path, int limit)
    {
        using FileStream file = Open(path, limit);
        byte[] bytes = new byte[checked((int)Math.Min(file.Length, limit) + 1)];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        // It may have grown since, and some files of the kernel's are shorter than they say.
        while (length == bytes.Length && length <= limit)
        {
            Array.Resize(ref bytes, (int)Math.Min((long)length * 2, (long)limit + 1));
            length += file.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
        }

        return length <= limit ? bytes[..length] : throw TooLarge(path, limit, length);
    }

    /// <summary>The same as text: UTF-8, or by its byte order mark.</summary>
    /// <exception cref="UnfitFileException">As <see cref="ReadBytes"/>.</exception>
    public static string ReadText(string path, int limit)
    {
        using StreamReader reader = new(new MemoryStream(ReadBytes(path, limit), writable: false), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Opens a file that is read in pieces, by whoever bounds what comes of it; the caller disposes it.</summary>
    /// <param name="limit">In bytes; a larger one is refused.</param>
    /// <exception cref="UnfitFileException">As <see cref="ReadBytes"/>.</exception>
    public static FileStream Open(string path, long limit = long.MaxValue)
    {
        Require(path, limit);
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Buffer, FileOptions.SequentialScan);
        if (file.CanSeek && file.Length <= limit)
            return file;
        file.Dispose();
        throw NoFile(path);
    }

    /// <summary>Makes sure of a file that another program is going to read.</summary>
    /// <exception cref="UnfitFileException">As <see cref="ReadBytes"/>.</exception>
    public static void Require(string path, long limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new UnfitFileException(path, "it is a folder; wanted a file");
        if (LengthOf(path) is not { } length)
            throw File.Exists(path) ? NoFile(path) : new UnfitFileException(path, "file not found");
        if (length == 0)
            throw NoFile(path);
        if (length > limit)
            throw TooLarge(path, limit, length);
    }

    /// <summary>In bytes, of the file that links lead to; 0 for pipes and devices, too; null when there is none.</summary>
    public static long? LengthOf(string path)
    {
        try
        {
            FileInfo file = new(path);
            FileInfo real = file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return real.Exists ? real.Length : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static UnfitFileException NoFile(string path) =>
        new(
            path,
            "it is empty, or a pipe or device, and those are not read here. Write what it gives to a file, as with cat > FILE, and "
                + "name that"
        );

    private static UnfitFileException TooLarge(string path, long limit, long length) =>
        new(path, $"wanted a file of at most {limit} bytes, got {(length > limit ? length : limit)}");
}

/// <summary>A file that somebody named is none that is read. The message names it and holds nothing of it.</summary>
public sealed class UnfitFileException(string path, string problem) : IOException($"{path}: {problem}")
{
    /// <summary>Without the name, for whoever calls the file otherwise.</summary>
    public string Problem => problem;
}
