namespace Slipway.Archives;

/// <summary>A member of a tar archive and where its content starts.</summary>
internal sealed record TarMember(TarHeader Header, long Offset);

/// <summary>
/// Walks the members of a tar archive that is wholly there (seekable), reading headers only. Written rather than taken from
/// System.Formats.Tar because the archive is hostile until proven otherwise: that reader accepts an archive without end, ignores what
/// follows the end, replaces bytes that are not UTF-8 and allocates what a long-name record asks for.
/// </summary>
/// <param name="passesOver">As <see cref="DebLimits.ForeignAttributes"/>.</param>
internal sealed class TarScanner(Stream archive, bool passesOver = false)
{
    /// <summary>The last second of the year 9999.</summary>
    private const long LatestTime = 253_402_300_799;

    private const int LongestExtension = 1 << 16;
    private readonly byte[] _block = new byte[TarHeader.BlockSize];
    private readonly long _length = archive.Length;
    private long _next;

    /// <summary>The next member with its long names and pax attributes applied, or null at a proper end.</summary>
    /// <exception cref="FormatException">What is wrong with the archive.</exception>
    public TarMember? Next()
    {
        var extension = new TarExtension(passesOver);
        while (true)
        {
            ReadBlock();
            if (!_block.AsSpan().ContainsAnyExcept((byte)0))
            {
                if (!extension.IsEmpty)
                    throw new FormatException("the archive ends where a member was announced");
                ExpectOnlyNulls();
                return null;
            }

            TarHeader header = TarHeader.Parse(_block);
            switch (header.Type)
            {
                case 'L':
                    extension.Add("path", TarHeader.Text(ReadExtension(header)));
                    break;
                case 'K':
                    extension.Add("linkpath", TarHeader.Text(ReadExtension(header)));
                    break;
                case 'x':
                    extension.AddPax(ReadExtension(header));
                    break;
                case 'g' when passesOver:
                    var all = new TarExtension(passesOver);
                    all.AddPax(ReadExtension(header));
                    if (all.Renames)
                        throw new FormatException("a global pax header gives all members one name or size");
                    break;
                default:
                    header = extension.Apply(header);
                    if (header.ModifiedTime > LatestTime)
                        throw new FormatException($"a member's time of {header.ModifiedTime} seconds is beyond any calendar");
                    return new TarMember(header, Claim(header.Size));
            }
        }
    }

    private void ReadBlock()
    {
        if (_length - _next < TarHeader.BlockSize)
            throw new FormatException($"the archive is cut short: it ends at byte {_length} without an end mark");
        archive.Position = _next;
        archive.ReadExactly(_block);
        _next += TarHeader.BlockSize;
    }

    private byte[] ReadExtension(TarHeader header)
    {
        if (header.Size > LongestExtension)
            throw new FormatException($"a long name or pax header is too long: {header.Size} bytes, the limit is {LongestExtension}");
        archive.Position = Claim(header.Size);
        var content = new byte[header.Size];
        archive.ReadExactly(content);
        return content;
    }

    // Returns where the content starts and moves past it and its padding.
    private long Claim(long size)
    {
        long start = _next;
        if (size > _length - start)
            throw new FormatException($"the archive is cut short: a member of {size} bytes starts at byte {start} of {_length}");
        _next += (size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize;
        return start;
    }

    private void ExpectOnlyNulls()
    {
        if (_length - _next < TarHeader.BlockSize)
            throw new FormatException("the archive is cut short: its end mark is one block, wanted two");
        archive.Position = _next;
        int count;
        while ((count = archive.Read(_block)) > 0)
        {
            if (_block.AsSpan(0, count).ContainsAnyExcept((byte)0))
                throw new FormatException("there is data after the end of the archive");
        }
    }
}
