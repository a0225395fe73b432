using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// The dynamic section (gABI, "Dynamic Section"): tags and values, where texts are offsets into a string table and tables
/// are addresses in memory, which the loadable segments turn into offsets of the file.
/// </summary>
internal sealed class ElfDynamic(ElfBytes bytes, ImmutableArray<ElfSegment> segments)
{
    private const int LongestSection = 1 << 18;

    private const ulong Needed = 1,
        StringTable = 5,
        StringTableSize = 10,
        SoName = 14,
        RPath = 15,
        RunPath = 29;
    private const ulong Flags1 = 0x6FFFFFFB,
        VersionDefinitions = 0x6FFFFFFC,
        VersionDefinitionCount = 0x6FFFFFFD;
    private const ulong VersionNeeds = 0x6FFFFFFE,
        VersionNeedCount = 0x6FFFFFFF;
    private const ulong NoDefaultLibraries = 0x800,
        PositionIndependentProgram = 0x08000000;

    /// <summary>The same file with what its dynamic section says.</summary>
    public ElfFile AddTo(ElfFile file, ElfSegment section)
    {
        ILookup<ulong, ulong> entries = Entries(section).ToLookup(entry => entry.Tag, entry => entry.Value);
        if (entries.Count == 0)
            return file;
        (ulong start, ulong end) = Strings(entries);
        string Text(ulong offset, string what) => bytes.Text(offset < end - start ? start + offset : end, end, what);
        ImmutableArray<string> Folders(ulong tag, string what) =>
            [.. entries[tag].Take(1).SelectMany(offset => Text(offset, what).Split(':'))];
        ElfVersions versions = new(bytes, Text);
        ulong flags = entries[Flags1].FirstOrDefault();
        return file with
        {
            SoName = entries.Contains(SoName) ? Text(entries[SoName].First(), "DT_SONAME") : null,
            Needed = [.. entries[Needed].Select(offset => Text(offset, "DT_NEEDED"))],
            RPath = Folders(RPath, "DT_RPATH"),
            RunPath = Folders(RunPath, "DT_RUNPATH"),
            SkipsDefaultDirectories = (flags & NoDefaultLibraries) != 0,
            IsPositionIndependentProgram = (flags & PositionIndependentProgram) != 0,
            NeededVersions = entries.Contains(VersionNeeds)
                ? versions.Needed(OffsetOf(entries[VersionNeeds].First(), "DT_VERNEED"), entries[VersionNeedCount].FirstOrDefault())
                : [],
            DefinedVersions = entries.Contains(VersionDefinitions)
                ? versions.Defined(
                    OffsetOf(entries[VersionDefinitions].First(), "DT_VERDEF"),
                    entries[VersionDefinitionCount].FirstOrDefault()
                )
                : [],
        };
    }

    private List<(ulong Tag, ulong Value)> Entries(ElfSegment section)
    {
        byte[] table = bytes.Table(section.Offset, section.SizeInFile, LongestSection, "dynamic section");
        int word = bytes.Is64 ? 8 : 4;
        List<(ulong Tag, ulong Value)> entries = [];
        for (int at = 0; at + (2 * word) <= table.Length; at += 2 * word)
        {
            ulong tag = bytes.Word(table.AsSpan(at));
            if (tag == 0)
                break;
            entries.Add((tag, bytes.Word(table.AsSpan(at + word))));
        }

        return entries;
    }

    /// <summary>First offset of the string table in the file and the first one after it.</summary>
    private (ulong Start, ulong End) Strings(ILookup<ulong, ulong> entries)
    {
        if (!entries.Contains(StringTable))
            return (0, 0);
        ulong start = OffsetOf(entries[StringTable].First(), "DT_STRTAB");
        ulong size = entries[StringTableSize].FirstOrDefault();
        return size <= ulong.MaxValue - start
            ? (start, start + size)
            : throw new ContentException($"ELF: DT_STRSZ: {size} bytes at {start} are not part of any file");
    }

    private ulong OffsetOf(ulong address, string what) =>
        segments.FirstOrDefault(segment => segment.Type == ElfSegment.Load && segment.Holds(address)) is { } segment
            ? segment.Offset <= ulong.MaxValue - (address - segment.Address)
                ? segment.Offset + (address - segment.Address)
                : throw new ContentException($"ELF: {what}: a segment begins at {segment.Offset}, which is not part of any file")
            : throw new ContentException($"ELF: {what}: no loadable segment holds address 0x{address:x}");
}
