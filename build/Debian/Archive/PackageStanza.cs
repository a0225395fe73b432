using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// The compact form in which an index holds a package: the values of the fields that matter, each ended by a line feed,
/// in one order, the relationship fields last and as apt reads them. Written once after checks; made into a
/// <see cref="DebianPackage"/> when someone asks.
/// </summary>
internal static class PackageStanza
{
    // How many fields stand before the relationship fields.
    private const int FirstRelation = 12;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> BeforeName = SearchValues.Create(" \t,|\n"u8);
    private static readonly SearchValues<byte> AfterName = SearchValues.Create(" \t,|\n("u8);

    /// <summary>Appends a stanza's compact form.</summary>
    /// <exception cref="ContentException">A needed field is missing or malformed, or the architecture is another.</exception>
    public static void Write(ControlReader stanza, string architecture, IBufferWriter<byte> writer)
    {
        Check(stanza, architecture);
        Add(stanza["Package"u8], writer);
        Add(stanza["Version"u8], writer);
        Add(stanza["Architecture"u8], writer);
        Add(stanza["Filename"u8], writer);
        Add(stanza["Size"u8], writer);
        Add(stanza["SHA256"u8], writer);
        Add(stanza["Source"u8], writer);
        Add(stanza["Priority"u8], writer);
        Add(stanza["Essential"u8], writer);
        Add(stanza["Protected"u8] is { IsEmpty: false } keep ? keep : stanza["Important"u8], writer);
        Add(stanza["Multi-Arch"u8], writer);
        Add(stanza["Installed-Size"u8], writer);
        Add(stanza["Pre-Depends"u8], writer);
        Add(stanza["Depends"u8], writer);
        Add(stanza["Conflicts"u8], writer);
        Add(stanza["Breaks"u8], writer);
        // Never followed, only looked at by MentionOf.
        Add(stanza["Recommends"u8], writer);
        Add(stanza["Suggests"u8], writer);
        Add(stanza["Replaces"u8], writer);
        Add(stanza["Enhances"u8], writer);
        Add(stanza["Provides"u8], writer);
    }

    /// <summary>The package's name alone.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> stanza) => stanza[..stanza.IndexOf((byte)'\n')];

    /// <summary>
    /// Where a stanza first mentions a package: as its own name or in a relationship field, with no qualifier or one that
    /// means this architecture. -1 when it does not. <c>name:any</c> is a name of its own, for apt too.
    /// </summary>
    public static int MentionOf(ReadOnlySpan<byte> stanza, ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture)
    {
        // Most stanzas end here, so a whole index is looked through in a millisecond.
        if (stanza.IndexOf(name) < 0)
            return -1;
        if (NameOf(stanza).SequenceEqual(name))
            return 0;
        int at = FirstRelationOf(stanza);
        while (stanza[at..].IndexOf(name) is var found && found >= 0)
        {
            at += found;
            if (IsWhole(stanza, at, at + name.Length, architecture))
                return at;
            at++;
        }

        return -1;
    }

    /// <exception cref="ContentException">A relationship field or the source's version is malformed; names the package.</exception>
    public static DebianPackage Read(ReadOnlySpan<byte> stanza, string architecture, string suite)
    {
        string[] fields = Encoding.UTF8.GetString(stanza).Split('\n');
        (string source, DebianVersion? sourceVersion) = SourceOf(fields[6]);
        DebianVersion version = DebianVersion.Parse(fields[1]);
        try
        {
            return new DebianPackage
            {
                Name = fields[0],
                Version = version,
                Architecture = fields[2],
                Suite = suite,
                Filename = fields[3],
                Size = long.Parse(fields[4], CultureInfo.InvariantCulture),
                Digest = Digest.Sha256(fields[5]),
                Source = source.Length == 0 ? fields[0] : source,
                SourceVersion = sourceVersion ?? version,
                Priority = fields[7],
                Essential = fields[8] == "yes",
                Important = fields[9] == "yes",
                AllowsAnyArchitecture = fields[10] == "allowed",
                InstalledSize =
                    long.TryParse(fields[11], NumberStyles.None, CultureInfo.InvariantCulture, out long installed)
                    && installed <= Descriptor.MaximumSize
                        ? installed
                        : null,
                PreDepends = RelationField.Parse(fields[FirstRelation], architecture),
                Depends = RelationField.Parse(fields[13], architecture),
                Conflicts = Flat(fields[14], architecture),
                Breaks = Flat(fields[15], architecture),
                Provides = Flat(fields[20], architecture),
            };
        }
        catch (ContentException e)
        {
            throw new ContentException($"{suite}: {fields[0]} {fields[1]} [{fields[2]}]: {e.Message}", e);
        }
    }

    private static int FirstRelationOf(ReadOnlySpan<byte> stanza)
    {
        int at = 0;
        for (int i = 0; i < FirstRelation; i++)
            at += stanza[at..].IndexOf((byte)'\n') + 1;
        return at;
    }

    /// <summary>Whether what stands there is no part of a longer name and is meant for the architecture.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> stanza, int start, int end, ReadOnlySpan<byte> architecture)
    {
        if (!BeforeName.Contains(stanza[start - 1]))
            return false;
        ReadOnlySpan<byte> rest = stanza[end..];
        if (rest[0] != (byte)':')
            return AfterName.Contains(rest[0]);
        ReadOnlySpan<byte> qualifier = rest[1..rest.IndexOfAny(AfterName)];
        return qualifier.SequenceEqual("native"u8) || qualifier.SequenceEqual(architecture);
    }

    private static List<PackageRelation> Flat(string field, string architecture) =>
        [
            .. RelationField
                .Parse(field, architecture)
                .Select(group =>
                    group.Count == 1
                        ? group[0]
                        : throw new ContentException($"relation '{string.Join(" | ", group)}': this field allows no alternatives")
                ),
        ];

    /// <summary><c>name</c> or <c>name (version)</c>; empty means the package's own.</summary>
    private static (string Name, DebianVersion? Version) SourceOf(string field)
    {
        int bracket = field.IndexOf('(', StringComparison.Ordinal);
        string name = bracket < 0 ? field : field[..bracket].TrimEnd();
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or '_'))
            throw new ContentException($"Source '{Printable.Of(field)}' is malformed");
        return (name, bracket < 0 ? null : DebianVersion.Parse(field[(bracket + 1)..].TrimEnd(')', ' ')));
    }

    /// <summary>Checks in place: an index has tens of thousands of stanzas, of which few are ever asked for.</summary>
    private static void Check(ControlReader stanza, string architecture)
    {
        Span<char> text = stackalloc char[512];
        if (!PackageName.IsValid(Chars(stanza["Package"u8], text)))
            throw stanza.Bad("the package's name is missing or malformed");
        if (!DebianVersion.IsValid(Chars(stanza["Version"u8], text)))
            throw stanza.Bad($"Version '{stanza.Text("Version"u8)}' is missing or malformed");
        ReadOnlySpan<char> built = Chars(stanza["Architecture"u8], text);
        if (!built.SequenceEqual("all") && !built.SequenceEqual(architecture))
            throw stanza.Bad($"Architecture wanted {architecture} or all, got '{stanza.Text("Architecture"u8)}'");
        if (!PackageName.IsArchivePath(Chars(stanza["Filename"u8], text)))
            throw stanza.Bad($"Filename '{stanza.Text("Filename"u8)}' is missing or no plain path");
        ReadOnlySpan<byte> size = stanza["Size"u8];
        if (
            size.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(size, out long bytes, out int read)
            || read != size.Length
            || bytes is <= 0 or > Descriptor.MaximumSize
        )
            throw stanza.Bad($"Size '{stanza.Text("Size"u8)}' is missing or no number from 1 to {Descriptor.MaximumSize}");
        ReadOnlySpan<byte> hash = stanza["SHA256"u8];
        if (hash.Length != 64 || hash.IndexOfAnyExcept(LowerHex) >= 0)
            throw stanza.Bad($"SHA256 '{stanza.Text("SHA256"u8)}' is missing or malformed");
    }

    /// <summary>The text in a buffer; empty, which nothing here allows, when it is too long for it.</summary>
    private static ReadOnlySpan<char> Chars(ReadOnlySpan<byte> value, Span<char> buffer) =>
        Encoding.UTF8.TryGetChars(value, buffer, out int count) ? buffer[..count] : default;

    private static void Add(ReadOnlySpan<byte> value, IBufferWriter<byte> writer)
    {
        Span<byte> target = writer.GetSpan(value.Length + 1);
        value.CopyTo(target);
        // A value over several lines means the same on one: relationship fields may be folded.
        target[..value.Length].Replace((byte)'\n', (byte)' ');
        target[value.Length] = (byte)'\n';
        writer.Advance(value.Length + 1);
    }
}
