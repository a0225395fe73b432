using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// The "build info blob" that Go's linker leaves in a program (Go's package <c>debug/buildinfo</c>): 32 bytes at a multiple of 16 that
/// begin with <c>\xff Go buildinf:</c>, then the size of a pointer and flags. Since Go 1.18 two texts follow, each after its length as a
/// varint; before, the 32 bytes have two addresses of Go strings, which are an address and a length each.
/// </summary>
internal sealed class GoBuildInfoBlob
{
    private const int Alignment = 16,
        Size = 32;
    private const int Window = 64 * 1024;

    /// <summary>Two hundred times what the largest programs have; in bytes.</summary>
    private const int LongestModules = 4 << 20;

    private const int LongestVersion = 4096;
    private const int LongestVarint = 10;

    /// <summary>Before and behind the list of modules in memory, for tools that look for it there.</summary>
    private const int Frame = 16;

    private const byte BigEndian = 1,
        Inline = 2;

    private static readonly byte[] Magic = [0xFF, .. " Go buildinf:"u8];

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ElfBytes _bytes;
    private readonly ImmutableArray<ElfSegment> _segments;
    private readonly byte[] _head;
    private readonly ulong _at;
    private readonly ulong _end;

    private GoBuildInfoBlob(ElfBytes bytes, ImmutableArray<ElfSegment> segments, ulong at, ulong end)
    {
        (_bytes, _segments, _at, _end) = (bytes, segments, at, end);
        _head = bytes.Table(at, Size, Size, "Go build information");
    }

    /// <returns>Go's version and the list of modules, which is empty for a program without; null when it is no Go program.</returns>
    /// <exception cref="ContentException">It is one, and what it says is cut short or malformed.</exception>
    public static (string Version, string Modules)? Read(Stream content) => Find(content)?.Texts();

    private static GoBuildInfoBlob? Find(Stream content)
    {
        try
        {
            if (ElfReader.OpenIfElf(content) is not (var bytes, var header))
                return null;
            ImmutableArray<ElfSegment> segments = ElfReader.ReadSegments(bytes, header);
            (ulong address, ulong offset, ulong size) =
                ElfSection.Find(bytes, header, ".go.buildinfo"u8) is { } section ? (section.Address, section.Offset, section.Size)
                : segments.FirstOrDefault(segment => segment.IsData) is { } data ? (data.Address, data.Offset, data.SizeInFile)
                : default;
            ulong end = size <= ulong.MaxValue - offset ? offset + size : ulong.MaxValue;
            return Search(bytes, address, offset, end) is { } at ? new GoBuildInfoBlob(bytes, segments, at, end) : null;
        }
        catch (ContentException)
        {
            // What no loader can read is no program; what begins as one and is none, the inspection tells.
            return null;
        }
    }

    /// <summary>Where in the file the blob begins.</summary>
    private static ulong? Search(ElfBytes bytes, ulong address, ulong offset, ulong end)
    {
        if (offset >= bytes.Length)
            return null;
        byte[] window = new byte[Window];
        ulong last = Math.Min(end, bytes.Length);
        // A multiple of 16 in memory.
        ulong at = offset + ((Alignment - (address % Alignment)) % Alignment);
        while (at < last && last - at >= Size)
        {
            Span<byte> part = window.AsSpan(0, (int)Math.Min(Window, last - at));
            bytes.Read(at, part, "Go build information");
            for (int from = 0; part[from..].IndexOf(Magic) is >= 0 and var found; )
            {
                int start = from + found;
                if (start % Alignment == 0)
                    return last - at - (ulong)start >= Size ? at + (ulong)start : null;
                from = start + 1;
            }

            at += Window;
        }

        return null;
    }

    private (string Version, string Modules)? Texts()
    {
        byte flags = _head[Magic.Length + 1];
        (byte[] version, byte[] modules) = (flags & Inline) != 0 ? InlineTexts() : PointedTexts((flags & BigEndian) != 0);
        if (version.Length == 0)
            return null;
        // Without the line end before the second frame there is no list: a program without modules has other bytes there, or none.
        bool framed = modules.Length > 2 * Frame && modules[^(Frame + 1)] == '\n';
        return (Decoded(version), framed ? Decoded(modules.AsSpan(Frame..^Frame)) : "");
    }

    private (byte[] Version, byte[] Modules) InlineTexts()
    {
        ulong at = _at + Size;
        byte[] version = InlineText(ref at, LongestVersion, "Go's version");
        return (version, InlineText(ref at, LongestModules, "the list of modules"));
    }

    private byte[] InlineText(ref ulong at, int longest, string what)
    {
        ulong length = 0;
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; ; i++)
        {
            if (i == LongestVarint || at >= _end)
                throw Wrong($"{what}: its length does not end");
            _bytes.Read(at++, one, $"Go build information: {what}");
            length |= (ulong)(one[0] & 0x7F) << (7 * i);
            if (one[0] < 0x80)
                break;
        }

        if (length > _end - at)
            throw Wrong($"{what}: wanted {length} bytes, got {_end - at}");
        byte[] text = _bytes.Table(at, length, longest, $"Go build information: {what}");
        at += length;
        return text;
    }

    private (byte[] Version, byte[] Modules) PointedTexts(bool isBigEndian)
    {
        int word = _head[Magic.Length];
        if (word is not (4 or 8))
            throw Wrong($"wanted pointers of 4 or 8 bytes, got {word}");
        GoPointers pointers = new(_bytes, _segments, word, isBigEndian);
        return (
            pointers.Text(pointers.Word(_head.AsSpan(Frame)), LongestVersion, "Go's version"),
            pointers.Text(pointers.Word(_head.AsSpan(Frame + word)), LongestModules, "the list of modules")
        );
    }

    private static string Decoded(ReadOnlySpan<byte> text)
    {
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new ContentException("Go build information: the text is not UTF-8", e);
        }
    }

    private static ContentException Wrong(string problem) => new($"Go build information: {problem}");
}
