using System.Runtime.Versioning;

namespace Slipway.Testing;

/// <summary>A folder of its own for a test or fixture; gone when disposed.</summary>
public sealed class ScratchFolder : IDisposable
{
    public ScratchFolder()
    {
        Path = Directory.CreateTempSubdirectory("slipway-test-").FullName;
    }

    public string Path { get; }

    /// <summary>A path below it; nothing is made.</summary>
    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Makes a folder below it.</summary>
    public string Folder(params string[] parts) => Directory.CreateDirectory(At(parts)).FullName;

    /// <summary>Makes a file of text below it, and the folders to it.</summary>
    public string Write(string name, string text)
    {
        string path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
            MakeWritable();
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>An unpacked image has folders that not even their owner may write to.</summary>
    [UnsupportedOSPlatform("windows")]
    private void MakeWritable()
    {
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string folder in Directory.EnumerateDirectories(Path, "*", everywhere))
        {
            if ((File.GetUnixFileMode(folder) & All) != All)
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | All);
        }
    }
}
