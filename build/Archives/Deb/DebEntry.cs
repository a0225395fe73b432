namespace Slipway.Archives;

public enum DebEntryKind
{
    File,
    Directory,
    SymbolicLink,
    HardLink,
}

/// <summary>One member of a .deb's data.tar, as the package has it (before any translation of paths).</summary>
public sealed record DebEntry
{
    /// <summary>Relative to the root, parts joined by single slashes; no leading or trailing slash, no "." or ".."; never empty.</summary>
    public required string Path { get; init; }

    public required DebEntryKind Kind { get; init; }

    /// <summary>Twelve bits: permissions, setuid, setgid, sticky.</summary>
    public required int Mode { get; init; }

    public required int UserId { get; init; }

    public required int GroupId { get; init; }

    public required string UserName { get; init; }

    public required string GroupName { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public required long ModifiedTime { get; init; }

    /// <summary>
    /// A symbolic link's target as written: relative or, from the image's root, absolute; it never climbs above the root. A hard link's
    /// target is the path of an earlier member that is a <see cref="DebEntryKind.File"/>. Else null.
    /// </summary>
    public string? LinkTarget { get; init; }

    /// <summary>Bytes of content: of a file, or of the file a hard link names. Else 0.</summary>
    public long Size { get; init; }

    /// <summary>Where that content starts in the spool, in bytes.</summary>
    public long Offset { get; init; }
}
