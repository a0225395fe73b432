using System.Text;
using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>The outer archive, the compression of its parts, and limits.</summary>
public sealed class DebContainerTests : IDisposable
{
    private static readonly byte[] Binary = "2.0\n"u8.ToArray();
    private static readonly byte[] Control = new TarBuilder().File("./control", DebBuilder.PlainControl).Build();
    private static readonly byte[] Data = new TarBuilder().Directory("./").File("./f", "content").Build();

    private readonly DebReading _reading = new();

    public void Dispose() => _reading.Dispose();

    [Fact]
    public async Task Members_with_an_underscore_are_ignored_and_a_newer_minor_version_is_read()
    {
        byte[] deb = DebBuilder.Ar(
            ("debian-binary/", "2.1\nmore\n"u8.ToArray()),
            ("_x", [1]),
            ("control.tar", Control),
            ("_y", [2, 2]),
            ("data.tar", Data),
            ("_gpgorigin", [3])
        );
        Assert.Single((await _reading.Read(deb)).Entries);
    }

    [Fact]
    public async Task Members_in_another_order_or_number_are_refused()
    {
        await _reading.Refuse(DebBuilder.Ar(), "archive", "first member must be debian-binary");
        await _reading.Refuse(DebBuilder.Ar(("control.tar", Control)), "archive", "first member must be debian-binary");
        await _reading.Refuse(DebBuilder.Ar(("debian-binary", Binary)), "control.tar", "ends before it");
        await _reading.Refuse(
            DebBuilder.Ar(("debian-binary", Binary), ("data.tar", Data), ("control.tar", Control)),
            "data.tar",
            "wanted control.tar"
        );
        await _reading.Refuse(DebBuilder.Ar(("debian-binary", Binary), ("control.tar", Control)), "data.tar", "ends before it");
        await _reading.Refuse(
            DebBuilder.Ar(("debian-binary", Binary), ("control.tar", Control), ("data.tar", Data), ("data.tar", Data)),
            "data.tar",
            "nothing may follow"
        );
    }

    [Theory]
    [InlineData("3.0\n")]
    [InlineData("1.0\n")]
    [InlineData("2\n")]
    [InlineData("2.x\n")]
    [InlineData("")]
    public async Task Another_format_version_is_refused(string version) =>
        await _reading.Refuse(new DebBuilder { Version = version }.Build(), "debian-binary", "wanted format version 2.x");

    [Theory]
    [InlineData("data.tar.zst", "not supported")]
    [InlineData("data.tar.bz2", "not supported")]
    [InlineData("data.tar.lzma", "not supported")]
    [InlineData("data.tar.exe", "wanted data.tar")]
    [InlineData("data.tarx", "wanted data.tar")]
    public async Task Another_compression_is_refused_by_name(string name, string because) =>
        await _reading.Refuse(DebBuilder.Ar(("debian-binary", Binary), ("control.tar", Control), (name, Data)), name, because);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_cut_is_noticed(int compression)
    {
        byte[] deb = new DebBuilder { Data = new TarBuilder().File("./f", "content"), Compression = (DebCompression)compression }.Build();
        // The newline that pads the last member carries nothing.
        int last = deb[^1] == (byte)'\n' ? deb.Length - 1 : deb.Length;
        for (int length = 0; length < last; length += length is > 200 and < 1600 ? 13 : 1)
            await Assert.ThrowsAsync<DebException>(() => _reading.Read(deb[..length]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damage_ends_in_a_DebException_or_is_without_effect(int compression)
    {
        byte[] deb = new DebBuilder { Data = new TarBuilder().File("./f", "content"), Compression = (DebCompression)compression }.Build();
        for (int at = 0; at < deb.Length; at++)
        {
            byte[] damaged = [.. deb];
            damaged[at] ^= 0x21;
            try
            {
                DebArchive archive = await _reading.Read(damaged);
                using var reader = new StreamReader(archive.Open(Assert.Single(archive.Entries)));
                Assert.Equal("content", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
            }
            catch (DebException) { }
        }
    }

    [Fact]
    public async Task Ar_headers_that_lie_are_refused()
    {
        byte[] deb = DebBuilder.Ar(("debian-binary", Binary), ("control.tar", Control), ("data.tar", Data));
        await _reading.Refuse([.. "!<ARCH>\n"u8, .. deb[8..]], "archive", "does not start with an ar header");
        await _reading.Refuse(Patched(8 + 58, "xx"), "archive", "header of an ar member");
        await _reading.Refuse(Patched(8 + 48, "-1        "), "debian-binary", "not a number");
        await _reading.Refuse(Patched(8 + 48, "4x        "), "debian-binary", "not a number");
        await _reading.Refuse(Patched(8 + 48, "9999999999"), "archive", "first member");
        await _reading.Refuse(Patched(8, "../debian-binary"), "archive", "a name that no .deb uses");
        await _reading.Refuse([.. deb, .. "garbage"u8], "archive", "header of an ar member");
        await _reading.Refuse(
            DebBuilder.Ar(("debian-binary", "2.0"u8.ToArray()))[..^1].Append((byte)'x').ToArray(),
            "debian-binary",
            "not a newline"
        );

        byte[] Patched(int at, string text)
        {
            byte[] patched = [.. deb];
            Encoding.ASCII.GetBytes(text).CopyTo(patched, at);
            return patched;
        }
    }

    [Fact]
    public async Task Bytes_after_compressed_data_are_refused()
    {
        byte[] gzip = DebBuilder.Gzip(Data);
        await _reading.Refuse(new DebBuilder { PackedData = [.. gzip, 1, 2, 3] }.Build(), "data.tar.gz", "followed by something else");
        await _reading.Refuse(
            new DebBuilder { PackedData = [.. gzip, .. new byte[100_000]] }.Build(),
            "data.tar.gz",
            "followed by something else"
        );
        byte[] posing = [.. gzip, 0, 0, 0, 0, .. BitConverter.GetBytes(Data.Length)];
        await _reading.Refuse(new DebBuilder { PackedData = posing }.Build(), "data.tar.gz", "followed by something else");
        byte[] xz = XzProgram.Compress(Data);
        var builder = new DebBuilder { Compression = DebCompression.Xz };
        await _reading.Refuse((builder with { PackedData = [.. xz, 1, 2, 3] }).Build(), "data.tar.xz", "xz: ");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Limits_hold_and_what_is_just_within_them_passes(int compression)
    {
        byte[] deb = new DebBuilder
        {
            Data = new TarBuilder().File("./f", new string('x', 5000)).File("./g"),
            Compression = (DebCompression)compression,
        }.Build();
        int unpacked = 512 + 5120 + 512 + 1024;
        await _reading.Read(
            deb,
            new DebLimits
            {
                UnpackedBytes = unpacked,
                Entries = 2,
                ControlBytes = 2048,
                NameCharacters = 9,
            }
        );
        await _reading.Refuse(deb, "data.tar", "too large", new DebLimits { UnpackedBytes = unpacked - 1 });
        await _reading.Refuse(deb, "control.tar", "too large", new DebLimits { ControlBytes = 2047 });
        await _reading.Refuse(deb, "data.tar", "too many members", new DebLimits { Entries = 1 });
        await _reading.Refuse(deb, "control.tar", "too many characters", new DebLimits { NameCharacters = 8 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_bomb_is_stopped_at_the_limit(int compression)
    {
        byte[] bomb = new DebBuilder
        {
            Data = new TarBuilder().Add(new TarItem { Name = "./bomb", Content = new byte[30_000_000] }),
            Compression = (DebCompression)compression,
        }.Build();
        Assert.InRange(bomb.Length, 1, 500_000);
        await _reading.Refuse(
            bomb,
            "data.tar",
            compression == 1 ? "more than 1000000 bytes" : "the limit is 1000000 bytes",
            new DebLimits { UnpackedBytes = 1_000_000 }
        );
    }

    [Theory]
    [InlineData("", "wanted \"Field: value\"")]
    [InlineData("Package: a\nVersion: 1\n", "Architecture is missing")]
    [InlineData("Package: a\nVersion: 1\nArchitecture:\n", "Architecture is missing")]
    [InlineData("Package: a\nPackage: b\nVersion: 1\nArchitecture: all\n", "given twice")]
    [InlineData(" Package: a\n", "goes on from nothing")]
    [InlineData("\u001b[2J: a\n", "got \"\\x1b[2J: a\"")]
    [InlineData("Package a\n", "wanted \"Field: value\"")]
    [InlineData("Package: a\n\nVersion: 1\nArchitecture: all\n", "wanted \"Field: value\"")]
    public async Task A_control_file_that_is_not_one_paragraph_is_refused(string control, string because) =>
        await _reading.Refuse(
            new DebBuilder { Control = new TarBuilder().File("./control", control) }.Build(),
            "control.tar.gz control",
            because
        );

    [Fact]
    public async Task A_control_archive_holds_files_only_and_one_named_control()
    {
        await _reading.Refuse(
            new DebBuilder { Control = new TarBuilder().File("./md5sums") }.Build(),
            "control.tar.gz",
            "no file \"control\""
        );
        await _reading.Refuse(
            new DebBuilder { Control = new TarBuilder().SymbolicLink("./control", "/etc/passwd") }.Build(),
            "control.tar.gz control",
            "files only"
        );
    }
}
