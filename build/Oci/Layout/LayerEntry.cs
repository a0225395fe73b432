namespace Slipway.Oci;

/// <summary>What an entry of a layer is; no other kinds are made.</summary>
public enum LayerEntryKind
{
    File,
    Directory,
    SymbolicLink,
    HardLink,
}

/// <summary>One file, directory or link of a layer. Equality is by reference to its content, so compare paths instead.</summary>
public sealed record LayerEntry
{
    /// <summary>Without a leading or trailing slash, <c>usr/bin/mount</c>; never empty, no empty, <c>.</c> or <c>..</c> part.</summary>
    public required string Path { get; init; }

    public required LayerEntryKind Kind { get; init; }

    /// <summary>The lower 12 bits: permissions, setuid, setgid, sticky.</summary>
    public required int Mode { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public long ModifiedTime { get; init; }

    /// <summary>For a symbolic link its text; for a hard link the path of an entry that comes before it.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The content's length in bytes; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Opens the content anew; the caller disposes it. Null for all but files.</summary>
    public Func<Stream>? Open { get; init; }

    /// <summary>Who put it there: a package, an upstream file, the definition, or a finishing step.</summary>
    public required string Owner { get; init; }

    public static LayerEntry Directory(string path, string owner, int mode = 0b111_101_101) =>
        new()
        {
            Path = path,
            Kind = LayerEntryKind.Directory,
            Mode = mode,
            Owner = owner,
        };

    /// <summary>A file from bytes at hand.</summary>
    public static LayerEntry File(string path, byte[] content, string owner, int mode = 0b110_100_100) =>
        new()
        {
            Path = path,
            Kind = LayerEntryKind.File,
            Mode = mode,
            Owner = owner,
            Size = content.Length,
            Open = () => new MemoryStream(content, writable: false),
        };

    public static LayerEntry SymbolicLink(string path, string target, string owner) =>
        new()
        {
            Path = path,
            Kind = LayerEntryKind.SymbolicLink,
            Mode = 0b111_111_111,
            LinkTarget = target,
            Owner = owner,
        };
}
