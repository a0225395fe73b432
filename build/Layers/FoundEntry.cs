using System.Collections.Immutable;
using Slipway.Elf;
using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>One path as it was found in a layer, with what its content shows.</summary>
public sealed record FoundEntry
{
    /// <summary>Without a leading or trailing slash.</summary>
    public required string Path { get; init; }

    /// <summary>Null for what no layer of ours holds: devices, pipes.</summary>
    public required LayerEntryKind? Kind { get; init; }

    /// <summary>The lower 12 bits.</summary>
    public required int Mode { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    /// <summary>When it was changed last, as the archive says.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>For a symbolic link its text; for a hard link the file's path.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>
    /// For a hard link what it is another name of, as that was when the link was laid; null where there was nothing, and for all else.
    /// </summary>
    public FoundEntry? Linked { get; init; }

    /// <summary>Itself; for a hard link what it is another name of, if that is anything.</summary>
    public FoundEntry Real => Linked ?? this;

    /// <summary>Number of its layer, the lowest is 0.</summary>
    public int Layer { get; init; }

    /// <summary>Whether it carries file capabilities.</summary>
    public bool HasCapabilities { get; init; }

    /// <summary>What the content of a file shows; null for all but files.</summary>
    public FileFindings? File { get; init; }

    public bool IsDirectory => Kind == LayerEntryKind.Directory;

    public bool IsSymbolicLink => Kind == LayerEntryKind.SymbolicLink;
}

/// <summary>What the content of a file shows.</summary>
public sealed record FileFindings
{
    /// <summary>In bytes.</summary>
    public required long Size { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>The SHA-1 of the content as lower-case hex, where it was asked for; proves nothing and trusts nothing.</summary>
    public string? Sha1 { get; init; }

    /// <summary>Null for what is no ELF file, or a broken one.</summary>
    public ElfFile? Elf { get; init; }

    /// <summary>Why it begins as an ELF file and is none.</summary>
    public string? BrokenElf { get; init; }

    /// <summary>How a Go program was built; null for all else, and where it was not asked for.</summary>
    public GoBuildInfo? Go { get; init; }

    /// <summary>What a Rust program was built from; null where it does not say it, for all else, and where it was not asked for.</summary>
    public CargoAuditData? Cargo { get; init; }

    /// <summary>Why what a program says of its building cannot be read; null when it can, and for all else.</summary>
    public string? BrokenBuild { get; init; }

    /// <summary>What stands behind <c>#!</c> in the first line; null when it does not begin so.</summary>
    public string? Script { get; init; }

    /// <summary>What kind of secret the content looks like; null when like none.</summary>
    public string? Secret { get; init; }

    /// <summary>Of the texts that were looked for, those that it contains.</summary>
    public ImmutableArray<string> Contains { get; init; } = [];

    /// <summary>The content itself, of the few small files that are read further.</summary>
    public ReadOnlyMemory<byte>? Text { get; init; }
}
