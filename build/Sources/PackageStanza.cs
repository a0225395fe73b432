using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>
/// The compact form in which an index holds a package: the values of the fields that matter, each ended by a line feed,
/// in one order. Written once after checks; made into a <see cref="DebianPackage"/> when someone asks.
/// </summary>
internal static class PackageStanza
{
    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);

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
        Add(stanza["Multi-Arch"u8], writer);
        Add(stanza["Installed-Size"u8], writer);
        Add(stanza["Depends"u8], writer);
        Add(stanza["Pre-Depends"u8], writer);
        Add(stanza["Provides"u8], writer);
        Add(stanza["Conflicts"u8], writer);
        Add(stanza["Breaks"u8], writer);
    }

    /// <summary>The package's name alone.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> stanza) => stanza[..stanza.IndexOf((byte)'\n')];

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
                AllowsAnyArchitecture = fields[9] == "allowed",
                InstalledSize = long.TryParse(fields[10], CultureInfo.InvariantCulture, out long installed) ? installed : null,
                Depends = RelationField.Parse(fields[11], architecture),
                PreDepends = RelationField.Parse(fields[12], architecture),
                Provides = Flat(fields[13], architecture),
                Conflicts = Flat(fields[14], architecture),
                Breaks = Flat(fields[15], architecture),
            };
        }
        catch (ContentException e)
        {
            throw new ContentException($"{suite}: {fields[0]} {fields[1]} [{fields[2]}]: {e.Message}", e);
        }
    }

    private static List<PackageRelation> Flat(string field, string architecture) =>
        [.. RelationField.Parse(field, architecture).Select(group => group.Count == 1 ? group[0]
            : throw new ContentException($"relation '{string.Join(" | ", group)}': this field allows no alternatives"))];

    /// <summary><c>name</c> or <c>name (version)</c>; empty means the package's own.</summary>
    private static (string Name, DebianVersion? Version) SourceOf(string field)
    {
        int bracket = field.IndexOf('(', StringComparison.Ordinal);
        return bracket < 0 ? (field, null) : (field[..bracket].TrimEnd(), DebianVersion.Parse(field[(bracket + 1)..].TrimEnd(')', ' ')));
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
        if (!Utf8Parser.TryParse(size, out long bytes, out int read) || read != size.Length || bytes <= 0)
            throw stanza.Bad($"Size '{stanza.Text("Size"u8)}' is missing or no positive number");
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
