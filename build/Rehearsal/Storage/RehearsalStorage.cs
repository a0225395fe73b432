namespace Slipway.Rehearsal;

/// <summary>
/// Where a registry keeps its bytes: files by name, each there as a whole or not at all. Names are relative, with slashes,
/// and were checked by whoever made them. Safe for concurrent use. One registry at a time.
/// </summary>
public abstract class RehearsalStorage
{
    private protected RehearsalStorage() { }

    /// <summary>Nothing on disk; gone with this value, so that a registry started on it again finds what the last one kept.</summary>
    public static RehearsalStorage InMemory() => new MemoryStorage();

    /// <summary>A folder, made when missing, kept when the registry ends; a killed process leaves nothing half in it.</summary>
    public static RehearsalStorage InFolder(string folder) => new FolderStorage(folder);

    /// <summary>As <see cref="InFolder"/>.</summary>
    public static implicit operator RehearsalStorage(string folder) => InFolder(folder);

    /// <summary>Makes it ready; what an earlier registry was still receiving is dropped.</summary>
    internal abstract void Begin();

    /// <summary>Null when there is no such file; else it can seek and knows its length. The caller disposes it.</summary>
    internal abstract Stream? Open(string name);

    internal abstract bool Exists(string name);

    /// <summary>The names of all files below a folder, relative to it, in no order; none when there is no such folder.</summary>
    internal abstract IReadOnlyList<string> List(string folder);

    /// <summary>Makes a file, or takes the place of one.</summary>
    internal abstract void Write(string name, ReadOnlySpan<byte> content);

    /// <summary>False when there is no such file.</summary>
    internal abstract bool Delete(string name);

    /// <summary>A file that is still to get its bytes and its name.</summary>
    internal abstract IStoragePart NewPart();
}

/// <summary>Bytes on their way into a storage. Disposing drops them, unless they were kept.</summary>
internal interface IStoragePart : IDisposable
{
    /// <summary>Takes bytes behind those that are there; one at a time. The caller disposes it.</summary>
    Stream OpenAppend();

    /// <summary>What was appended so far, from the beginning. The caller disposes it.</summary>
    Stream Open();

    /// <summary>Gives it a name; nothing can be appended any more.</summary>
    void KeepAs(string name);
}
