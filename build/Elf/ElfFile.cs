using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>Word size of an ELF file (gABI, "ELF Identification", EI_CLASS).</summary>
public enum ElfClass
{
    Elf32 = 1,
    Elf64 = 2,
}

/// <summary>What an ELF file is (gABI, "ELF Header", e_type).</summary>
public enum ElfType
{
    Other,

    /// <summary>Something to be linked, or a kernel module (ET_REL).</summary>
    Relocatable,

    /// <summary>A program at a fixed address (ET_EXEC).</summary>
    Executable,

    /// <summary>A shared library, or a program at any address (ET_DYN).</summary>
    Shared,
}

/// <summary>
/// What a Linux loader reads of an ELF file before it runs: header, program headers and dynamic section (System V gABI,
/// chapters 4 and 5; symbol versions by the Linux Standard Base, "Symbol Versioning"). Section headers are not looked at,
/// as no loader does, so stripped files are read alike. Nothing is executed.
/// </summary>
public sealed record ElfFile
{
    public required ElfClass Class { get; init; }

    public required bool IsLittleEndian { get; init; }

    public required ElfType Type { get; init; }

    /// <summary>e_machine; see <see cref="ElfMachine"/>.</summary>
    public required ushort Machine { get; init; }

    /// <summary>The program that loads it (PT_INTERP); null for libraries and static programs.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The name that others need it by (DT_SONAME).</summary>
    public string? SoName { get; init; }

    /// <summary>Libraries to load, in the file's order (DT_NEEDED).</summary>
    public ImmutableArray<string> Needed { get; init; } = [];

    /// <summary>
    /// Folders to search in, as they are written, <c>$ORIGIN</c> and all (DT_RPATH); no loader reads it beside a DT_RUNPATH.
    /// </summary>
    public ImmutableArray<string> RPath { get; init; } = [];

    /// <summary>The same for what this file itself needs (DT_RUNPATH).</summary>
    public ImmutableArray<string> RunPath { get; init; } = [];

    /// <summary>Whether default directories are not to be searched (DF_1_NODEFLIB).</summary>
    public bool SkipsDefaultDirectories { get; init; }

    /// <summary>Versions of other libraries' symbols that must be there, in the file's order (DT_VERNEED).</summary>
    public ImmutableArray<ElfNeededVersion> NeededVersions { get; init; } = [];

    /// <summary>Versions of symbols that it offers, in the file's order, its own name among them (DT_VERDEF).</summary>
    public ImmutableArray<string> DefinedVersions { get; init; } = [];

    /// <summary>Whether it says itself that it is a program at any address (DF_1_PIE).</summary>
    public bool IsPositionIndependentProgram { get; init; }

    /// <summary>Whether it can be started, not only loaded by others.</summary>
    public bool IsProgram =>
        Type == ElfType.Executable || (Type == ElfType.Shared && (Interpreter is not null || IsPositionIndependentProgram));

    /// <summary>Whether it runs without a loader and without libraries.</summary>
    public bool IsStatic => Interpreter is null && Needed.IsEmpty;

    /// <summary>Whether some bytes begin as every ELF file does.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> start) => start.StartsWith("\u007fELF"u8);

    /// <summary>Reads an ELF file; of the content at most some hundred KB, at places that the file names. The stream stays open.</summary>
    /// <param name="content">Seekable; read from its beginning whatever its position.</param>
    /// <returns>Null when the content does not begin as an ELF file.</returns>
    /// <exception cref="ContentException">It begins so, and is cut short or malformed; says what.</exception>
    public static ElfFile? Read(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        Span<byte> start = stackalloc byte[4];
        content.Position = 0;
        return content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && HasMagic(start)
            ? ElfReader.Read(content)
            : null;
    }
}

/// <summary>A version of symbols that a file needs.</summary>
/// <param name="Library">The needed library's name, one of <see cref="ElfFile.Needed"/> where the file is sound.</param>
/// <param name="Version">As in <c>GLIBC_2.34</c>.</param>
/// <param name="IsWeak">Whether a loader goes on without it (VER_FLG_WEAK).</param>
public sealed record ElfNeededVersion(string Library, string Version, bool IsWeak);
