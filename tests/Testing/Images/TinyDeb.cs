using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Slipway.Testing;

/// <summary>Writes a small .deb: what a test says, in its order, with the directories that hold it before it.</summary>
internal sealed class TinyDeb(string name, string version = "1.0-1")
{
    public const long Time = 1_600_000_000;

    private readonly List<TarEntry> _entries = [];
    private readonly HashSet<string> _directories = [];

    public string Name => name;

    public string Version => version;

    /// <summary>What the control file says, where it is not the truth.</summary>
    public string? ClaimedVersion { get; init; }

    public string? ClaimedName { get; init; }

    /// <summary>Further lines of the control file.</summary>
    public string Fields { get; init; } = "";

    /// <summary>The file of that name, when it is not empty.</summary>
    public string Conffiles { get; init; } = "";

    public TinyDeb File(string path, string content = "", int mode = 0b110_100_100, int user = 0, int group = 0) =>
        Add(
            new GnuTarEntry(TarEntryType.RegularFile, "./" + path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) },
            path,
            mode,
            user,
            group
        );

    public TinyDeb Bytes(string path, byte[] content, int mode = 0b110_100_100) =>
        Add(new GnuTarEntry(TarEntryType.RegularFile, "./" + path) { DataStream = new MemoryStream(content) }, path, mode, 0, 0);

    public TinyDeb Directory(string path, int mode = 0b111_101_101, int user = 0, int group = 0) =>
        _directories.Add(path) ? Add(new GnuTarEntry(TarEntryType.Directory, $"./{path}/"), path, mode, user, group) : this;

    public TinyDeb Link(string path, string target) =>
        Add(new GnuTarEntry(TarEntryType.SymbolicLink, "./" + path) { LinkName = target }, path, 0b111_111_111, 0, 0);

    public TinyDeb Hard(string path, string target) =>
        Add(new GnuTarEntry(TarEntryType.HardLink, "./" + path) { LinkName = "./" + target }, path, 0b110_100_100, 0, 0);

    public byte[] Build()
    {
        GnuTarEntry control = new(TarEntryType.RegularFile, "./control")
        {
            DataStream = new MemoryStream(
                Encoding.UTF8.GetBytes($"Package: {ClaimedName ?? name}\nVersion: {ClaimedVersion ?? version}\nArchitecture: all\n{Fields}")
            ),
        };
        GnuTarEntry conffiles = new(TarEntryType.RegularFile, "./conffiles")
        {
            DataStream = new MemoryStream(Encoding.ASCII.GetBytes(Conffiles)),
        };
        TarEntry[] controls = Conffiles.Length == 0 ? [control] : [control, conffiles];
        // Otherwise it is now, and two packages that are the same differ when a second ends between them.
        foreach (TarEntry entry in controls)
            entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(Time);
        return Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.gz", Tar(controls)), ("data.tar.gz", Tar(_entries)));
    }

    public static byte[] Tar(IEnumerable<TarEntry> entries)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        using (TarWriter tar = new(gzip, TarEntryFormat.Gnu))
        {
            foreach (TarEntry entry in entries)
            {
                if (entry.DataStream is { } content)
                    content.Position = 0;
                tar.WriteEntry(entry);
            }
        }

        return packed.ToArray();
    }

    private TinyDeb Add(GnuTarEntry entry, string path, int mode, int user, int group)
    {
        int slash = path.LastIndexOf('/');
        if (slash >= 0)
            Directory(path[..slash]);
        entry.Mode = (UnixFileMode)mode;
        (entry.Uid, entry.Gid) = (user, group);
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(Time);
        _entries.Add(entry);
        return this;
    }

    private static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        using MemoryStream ar = new();
        ar.Write("!<arch>\n"u8);
        foreach ((string member, byte[] content) in members)
        {
            string size = content.Length.ToString(CultureInfo.InvariantCulture);
            ar.Write(Encoding.ASCII.GetBytes($"{member, -16}{"0", -12}{"0", -6}{"0", -6}{"100644", -8}{size, -10}`\n"));
            ar.Write(content);
            if (content.Length % 2 != 0)
                ar.WriteByte((byte)'\n');
        }

        return ar.ToArray();
    }
}
