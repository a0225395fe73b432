namespace Slipway.Archives;

/// <summary>What one .deb, or another tar, may unpack to. More is a <see cref="DebException"/>.</summary>
public sealed record DebLimits
{
    public static DebLimits Default { get; } = new();

    /// <summary>Bytes of the unpacked data.tar.</summary>
    public long UnpackedBytes { get; init; } = 1L << 30;

    /// <summary>Members of data.tar, and separately of control.tar.</summary>
    public int Entries { get; init; } = 200_000;

    /// <summary>Bytes of the unpacked control.tar, which is kept in memory.</summary>
    public int ControlBytes { get; init; } = 16 << 20;

    /// <summary>Characters of all paths and link targets together, which are kept in memory.</summary>
    public int NameCharacters { get; init; } = 32 << 20;

    /// <summary>The largest dictionary that an .xz member may ask for, in bytes.</summary>
    public int DictionaryBytes { get; init; } = XzStream.DefaultDictionaryLimit;

    /// <summary>Whether a directory may go unsaid, as archives of upstream projects leave it; dpkg-deb says each.</summary>
    public bool ImpliedDirectories { get; init; }

    /// <summary>
    /// Whether pax attributes that say nothing of names, sizes and content are passed over, and global headers (POSIX.1 pax, type g) that
    /// have no others, as git archive and bsdtar write them. In a package each attribute means something.
    /// </summary>
    public bool ForeignAttributes { get; init; }
}
