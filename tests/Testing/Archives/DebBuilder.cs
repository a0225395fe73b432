using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Slipway.Testing;

internal enum DebCompression
{
    None,
    Gzip,
    Xz,
}

/// <summary>
/// Writes .debs, good and hostile: an ar archive of debian-binary, control.tar and data.tar, each part open to being replaced.
/// </summary>
internal sealed record DebBuilder
{
    public const string PlainControl = "Package: sample\nVersion: 1.0-1\nArchitecture: amd64\nDescription: a sample\n of a package\n";

    public string Version { get; init; } = "2.0\n";

    public TarBuilder Control { get; init; } = new TarBuilder().File("./control", PlainControl);

    public TarBuilder Data { get; init; } = new TarBuilder().Directory("./");

    public DebCompression Compression { get; init; } = DebCompression.Gzip;

    /// <summary>The bytes of data.tar after compression, instead of what <see cref="Data"/> says.</summary>
    public byte[]? PackedData { get; init; }

    public byte[] Build() =>
        Ar(
            ("debian-binary", Encoding.ASCII.GetBytes(Version)),
            ("control.tar" + Suffix, Pack(Control.Build())),
            ("data.tar" + Suffix, PackedData ?? Pack(Data.Build()))
        );

    private string Suffix =>
        Compression switch
        {
            DebCompression.Gzip => ".gz",
            DebCompression.Xz => ".xz",
            _ => "",
        };

    public byte[] Pack(byte[] content) =>
        Compression switch
        {
            DebCompression.Gzip => Gzip(content),
            DebCompression.Xz => XzProgram.Compress(content),
            _ => content,
        };

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        using var ar = new MemoryStream();
        ar.Write("!<arch>\n"u8);
        foreach ((string name, byte[] content) in members)
        {
            string size = content.Length.ToString(CultureInfo.InvariantCulture);
            ar.Write(Encoding.ASCII.GetBytes($"{name, -16}{"0", -12}{"0", -6}{"0", -6}{"100644", -8}{size, -10}`\n"));
            ar.Write(content);
            if (content.Length % 2 != 0)
                ar.WriteByte((byte)'\n');
        }

        return ar.ToArray();
    }
}
