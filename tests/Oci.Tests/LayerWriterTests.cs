using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Slipway.Testing;

namespace Slipway.Oci.Tests;

/// <summary>What a layer's archive holds, read back by readers that are not ours.</summary>
public class LayerWriterTests
{
    private const UnixFileMode Setuid = UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_layer_names_its_blob_its_archive_and_both_sizes()
    {
        (Layer layer, byte[] blob) = Sample.Write(LayerEntry.File("a", "content"u8.ToArray(), "test"));
        byte[] tar = Sample.Unpack(blob);
        Assert.Equal(Descriptor.Of(MediaType.LayerGzip, blob), layer.Blob);
        Assert.Equal((Digest.Of(tar), (long)tar.Length, "a layer"), (layer.DiffId, layer.UnpackedSize, layer.Title));
    }

    [Fact]
    public void Every_attribute_comes_back_out()
    {
        LayerEntry[] entries =
        [
            LayerEntry.Directory("d", "test", 0b1_111_111_111) with
            {
                UserId = 3,
                GroupId = 4,
                ModifiedTime = 1_700_000_000,
            },
            LayerEntry.File("d/file", "content"u8.ToArray(), "test", 0b100_111_000_000) with
            {
                UserId = 2_500_000,
                GroupId = 65_534,
                ModifiedTime = 1,
            },
            Sample.HardLink("d/hard", "d/file"),
            LayerEntry.SymbolicLink("d/soft", "../else where", "test"),
        ];
        List<TarEntry> read = Sample.Read(Sample.Write(entries).Blob);
        Assert.Equal(["d/", "d/file", "d/hard", "d/soft"], read.Select(entry => entry.Name));
        Assert.Equal(
            [TarEntryType.Directory, TarEntryType.RegularFile, TarEntryType.HardLink, TarEntryType.SymbolicLink],
            read.Select(entry => entry.EntryType)
        );
        Assert.Equal((3, 4, 1_700_000_000), (read[0].Uid, read[0].Gid, read[0].ModificationTime.ToUnixTimeSeconds()));
        Assert.Equal((UnixFileMode)0b1_111_111_111, read[0].Mode);
        Assert.Equal((2_500_000, 65_534, 1), (read[1].Uid, read[1].Gid, read[1].ModificationTime.ToUnixTimeSeconds()));
        Assert.Equal(Setuid, read[1].Mode);
        Assert.Equal(("d/file", "../else where"), (read[2].LinkName, read[3].LinkName));
    }

    [Fact]
    public void Contents_come_back_out_whole_whatever_their_size()
    {
        byte[][] contents =
        [
            [],
            [1],
            new byte[511],
            new byte[512],
            new byte[513],
            Sample.Noise(300_000),
        ];
        LayerEntry[] entries = [.. contents.Select((content, i) => LayerEntry.File($"f{i}", content, "test"))];
        using MemoryStream blob = new(Sample.Write(entries).Blob);
        using TarReader tar = new(new GZipStream(blob, CompressionMode.Decompress));
        foreach (byte[] content in contents)
        {
            using MemoryStream read = new();
            tar.GetNextEntry()!.DataStream?.CopyTo(read);
            Assert.Equal(content, read.ToArray());
        }

        Assert.Null(tar.GetNextEntry());
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(255)]
    [InlineData(3000)]
    public void Long_names_and_targets_come_back_out_whole(int length)
    {
        string name = "n/" + new string('n', length - 2),
            target = new('t', length);
        List<TarEntry> read = Sample.Read(
            Sample
                .Write(LayerEntry.Directory("n", "test"), LayerEntry.File(name, [], "test"), LayerEntry.SymbolicLink("z", target, "test"))
                .Blob
        );
        Assert.Equal((name, target), (read[1].Name, read[2].LinkName));
    }

    [Fact]
    public void Names_outside_ASCII_come_back_out()
    {
        string name = "ca/NetLock_Arany_=Class_Gold=_Főtanúsítvány.crt";
        Assert.Equal(name, Sample.Read(Sample.Write(LayerEntry.File(name, [], "test")).Blob).Single().Name);
    }

    [Fact]
    public void No_user_name_no_access_time_no_gzip_name_or_time_is_stored()
    {
        byte[] blob = Sample.Write(LayerEntry.File("a", [], "test")).Blob;
        Assert.Equal(new byte[5], blob[3..8]);
        byte[] header = Sample.Unpack(blob)[..512];
        Assert.All(header[265..329], b => Assert.Equal(0, b));
        Assert.All(header[345..], b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData("Asia/Kathmandu")]
    [InlineData("America/St_Johns")]
    public void Culture_and_time_zone_change_no_byte(string zone)
    {
        byte[] wanted = Sample.Write(Sample.Everything).Blob;
        CultureInfo before = CultureInfo.CurrentCulture;
        string? zoneBefore = Environment.GetEnvironmentVariable("TZ");
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("")
            {
                NumberFormat = { NegativeSign = "~", NumberDecimalSeparator = "," },
                DateTimeFormat = { DateSeparator = "#", TimeSeparator = "#" },
            };
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
            Assert.Equal(wanted, Sample.Write(Sample.Everything).Blob);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            Environment.SetEnvironmentVariable("TZ", zoneBefore);
            TimeZoneInfo.ClearCachedData();
        }
    }

    [Fact]
    public void The_tar_program_lists_what_was_written()
    {
        using ScratchFolder folder = new();
        string file = Path.Combine(folder.Path, "layer.tar.gz");
        File.WriteAllBytes(file, Sample.Write(Sample.Everything).Blob);
        string? listed = Sample.Run("tar", "--numeric-owner", "--utc", "-tvzf", file);
        Assert.SkipWhen(listed is null, "there is no tar program");
        string[] lines = listed.TrimEnd('\n').Split('\n');
        Assert.Equal("drwxr-xr-x 0/0               0 1970-01-01 00:00 bin/", lines[0]);
        Assert.Equal("-rwsr-xr-x 0/0               3 2023-11-14 22:13 bin/su", lines[1]);
        Assert.Equal("hrwsr-xr-x 0/0               0 2023-11-14 22:13 bin/su.hard link to bin/su", lines[2]);
        Assert.Equal("lrwxrwxrwx 0/0               0 1970-01-01 00:00 sbin -> bin", lines[^2]);
        Assert.Equal("drwxrwxrwt 1000/65534        0 1970-01-01 00:00 tmp/", lines[^1]);
    }

    [Fact]
    public void A_layer_of_nothing_is_an_archive_all_the_same()
    {
        byte[] blob = Sample.Write().Blob;
        Assert.Equal(new byte[1024], Sample.Unpack(blob));
        Assert.Empty(Sample.Read(blob));
    }

    [Fact]
    public void The_destination_stays_open()
    {
        using MemoryStream destination = new();
        LayerWriter.Write("empty", [], destination, Stop);
        destination.WriteByte(0);
    }

    [Fact]
    public void Cancelling_ends_the_writing()
    {
        using CancellationTokenSource stop = new();
        IEnumerable<LayerEntry> Entries()
        {
            yield return LayerEntry.Directory("a", "test");
            stop.Cancel();
            yield return LayerEntry.Directory("b", "test");
        }

        Assert.Throws<OperationCanceledException>(() => LayerWriter.Write("x", Entries(), Stream.Null, stop.Token));
    }

    [Fact]
    public void The_bytes_of_an_entry_are_read_through_one_stream_that_is_closed()
    {
        int opened = 0;
        Watched? content = null;
        Sample.Write(
            new LayerEntry
            {
                Path = "a",
                Kind = LayerEntryKind.File,
                Mode = 0,
                Owner = "test",
                Size = 5,
                Open = () =>
                {
                    opened++;
                    return content = new Watched(Encoding.ASCII.GetBytes("12345"));
                },
            }
        );
        Assert.Equal((1, true), (opened, content!.IsClosed));
    }

    private sealed class Watched(byte[] bytes) : MemoryStream(bytes)
    {
        public bool IsClosed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }
}
