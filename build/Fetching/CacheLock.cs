namespace Slipway.Fetching;

/// <summary>
/// A lock between processes, and between places in one: an open file that the system lets only one open. It ends with the
/// process that holds it, however that ends, so that a lock file which is there says nothing and is never deleted.
/// Disposing gives it back.
/// </summary>
public sealed class CacheLock : IDisposable
{
    // What the system says when another has it: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int Taken =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
        : OperatingSystem.IsLinux() ? 11
        : 35;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private CacheLock(FileStream file)
    {
        _file = file;
    }

    /// <summary>Waits, in small steps, for as long as another holds it.</summary>
    public static async Task<CacheLock> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Null when another holds or shares it.</summary>
    public static CacheLock? TryTake(string path) => TryOpen(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Shares it with others that do so; null when one has it for itself.</summary>
    public static CacheLock? TryShare(string path) => TryOpen(path, FileAccess.Read, FileShare.Read);

    public void Dispose() => _file.Dispose();

    private static CacheLock? TryOpen(string path, FileAccess access, FileShare share)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new CacheLock(new FileStream(path, FileMode.OpenOrCreate, access, share, 1));
        }
        catch (IOException e) when (e.HResult == Taken)
        {
            return null;
        }
    }
}
