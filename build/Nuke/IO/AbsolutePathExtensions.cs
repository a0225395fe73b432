namespace Nuke.Common.IO;

/// <summary>What a build asks of the file system by path.</summary>
public static class AbsolutePathExtensions
{
    public static bool Exists(this AbsolutePath path) => path.FileExists() || path.DirectoryExists();

    public static bool FileExists(this AbsolutePath path) => File.Exists(path);

    public static bool DirectoryExists(this AbsolutePath path) => Directory.Exists(path);

    /// <summary>Makes the directory and those above it; does nothing when it is there. Returns the path.</summary>
    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Directory.CreateDirectory(path.ToString());
        return path;
    }

    /// <summary>Removes the directory with all it holds; does nothing when it is not there.</summary>
    public static void DeleteDirectory(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.DirectoryExists())
            Directory.Delete(path.ToString(), recursive: true);
    }
}
