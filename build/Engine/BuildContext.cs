using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Makes a build's context of a folder: its files, folders and symbolic links with their permission bits, in ordinal order, owned
/// by root and of one time, so that the same files make the same context. Symbolic links are kept and never followed.
/// </summary>
public static class BuildContext
{
    /// <param name="folder">Its content is the context's root.</param>
    /// <param name="time">The time of everything in it, in seconds since 1970.</param>
    /// <exception cref="ContentException">It holds something else: a device, a socket.</exception>
    public static IEnumerable<LayerEntry> OfFolder(string folder, long time = 0)
    {
        DirectoryInfo root = new(folder);
        if (!root.Exists)
            throw new ContentException($"{folder}: folder not found");
        return Below(root)
            .Select(found => (Path: Path.GetRelativePath(folder, found.FullName).Replace(Path.DirectorySeparatorChar, '/'), Found: found))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .Select(entry => EntryOf(entry.Path, entry.Found) with { ModifiedTime = time });
    }

    /// <summary>.NET's own recursion goes through symbolic links.</summary>
    private static IEnumerable<FileSystemInfo> Below(DirectoryInfo folder) =>
        folder
            .EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 })
            .SelectMany(found => found is DirectoryInfo { LinkTarget: null } inner ? Below(inner).Prepend(found) : [found]);

    private static LayerEntry EntryOf(string path, FileSystemInfo found)
    {
        const string Owner = "context";
        if (found.LinkTarget is { } target)
            return LayerEntry.SymbolicLink(path, target, Owner);
        int mode = OperatingSystem.IsWindows() ? 0x1ED : (int)found.UnixFileMode;
        if (found is DirectoryInfo)
            return LayerEntry.Directory(path, Owner, mode);
        // Pipes, sockets and devices; opening one could wait for ever.
        if ((found.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0 || found is not FileInfo file)
            throw new ContentException($"{found.FullName}: wanted files, folders and symbolic links");
        return new LayerEntry
        {
            Path = path,
            Kind = LayerEntryKind.File,
            Mode = mode,
            Owner = Owner,
            Size = file.Length,
            Open = () =>
                new FileStream(
                    file.FullName,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.Read | FileShare.Delete,
                    1,
                    FileOptions.SequentialScan
                ),
        };
    }
}
