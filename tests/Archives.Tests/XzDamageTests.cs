using Slipway.Testing;

namespace Slipway.Archives.Tests;

public class XzDamageTests
{
    private static readonly string[] Ways = ["--check=crc32", "--check=crc64", "--check=sha256", "--block-size=400", "-0"];

    [Fact]
    public void Every_changed_byte_is_noticed_or_changes_nothing()
    {
        int harmless = 0;
        foreach (string way in Ways)
        {
            byte[] content = XzProgram.Content(1, 1500);
            byte[] file = XzProgram.Compress(content, way);
            for (int at = 0; at < file.Length; at++)
            {
                foreach (byte change in (byte[])[0x01, 0x80, 0xFF, 0x10])
                {
                    byte[] damaged = [.. file];
                    damaged[at] ^= change;
                    try
                    {
                        // A block of one repeated byte means the same under several LZMA properties.
                        Assert.Equal(content, XzDecoding.Decode(damaged));
                        harmless++;
                    }
                    catch (XzException) { }
                }
            }
        }

        Assert.InRange(harmless, 0, 20);
    }

    [Fact]
    public void Every_changed_byte_of_several_streams_and_their_padding_is_noticed_or_changes_nothing()
    {
        byte[] one = XzProgram.Content(5, 700),
            two = XzProgram.Content(6, 500);
        byte[] file =
        [
            .. XzProgram.Compress(one, "--block-size=300"),
            .. new byte[8],
            .. XzProgram.Compress(two, "--check=sha256"),
            .. new byte[4],
        ];
        byte[] content = [.. one, .. two];
        int noticed = 0;
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x24;
            try
            {
                Assert.Equal(content, XzDecoding.Decode(damaged));
            }
            catch (XzException)
            {
                noticed++;
            }
        }

        Assert.InRange(noticed, file.Length - 10, file.Length);
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        foreach (string way in Ways)
        {
            byte[] file = XzProgram.Compress(XzProgram.Content(2, 1500), way);
            for (int length = 0; length < file.Length; length++)
                Assert.Throws<XzException>(() => XzDecoding.Decode(file[..length]));
        }
    }

    [Fact]
    public void Every_missing_byte_is_noticed()
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(3, 1500));
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file[..at], .. file[(at + 1)..]];
            Assert.Throws<XzException>(() => XzDecoding.Decode(damaged));
        }
    }

    // Without a check only LZMA itself can notice; whatever it does, it must not fail in another way, nor produce more than announced.
    [Fact]
    public void Damage_without_a_check_ends_in_an_error_or_in_the_announced_number_of_bytes()
    {
        byte[] content = XzProgram.Content(4, 20_000);
        byte[] file = XzProgram.Compress(content, "--check=none --lzma2=preset=6,dict=4KiB");
        var random = new Random(4);
        int noticed = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. file];
            for (int i = random.Next(1, 4); i > 0; i--)
                damaged[random.Next(24, file.Length - 28)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(content.Length, XzDecoding.Decode(damaged).Length);
            }
            catch (XzException)
            {
                noticed++;
            }
        }

        Assert.InRange(noticed, 1, 3000);
    }

    [Fact]
    public void Noise_is_never_content()
    {
        var random = new Random(7);
        byte[] header = [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 1, 0x69, 0x22, 0xDE, 0x36];
        for (int round = 0; round < 2000; round++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            Assert.Throws<XzException>(() => XzDecoding.Decode(noise));
            Assert.Throws<XzException>(() => XzDecoding.Decode([.. header, .. noise]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(100)]
    public void Bytes_after_the_last_stream_are_refused(int count)
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(8, 100));
        XzDecoding.Refuse([.. file, .. Enumerable.Repeat((byte)'x', count)], count < 12 ? "ends too early" : "wanted the header");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Padding_that_is_no_multiple_of_four_is_refused(int count)
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(9, 100));
        XzDecoding.Refuse([.. file, .. new byte[count]], "not a multiple of four");
        XzDecoding.Refuse([.. file, .. new byte[count], .. file], "not a multiple of four");
    }

    [Fact]
    public void Padding_before_the_first_stream_is_refused() =>
        XzDecoding.Refuse([0, 0, 0, 0, .. XzProgram.Compress(XzProgram.Content(9, 100))], "wanted the header");

    [Fact]
    public void An_empty_input_is_no_stream() => XzDecoding.Refuse([], "cut short");

    [Fact]
    public void A_failure_is_not_forgotten()
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(10, 200_000));
        using var xz = new XzStream(new MemoryStream(file[..^5]), long.MaxValue);
        XzException first = Assert.Throws<XzException>(() => xz.CopyTo(Stream.Null));
        XzException second = Assert.Throws<XzException>(() => xz.ReadByte());
        Assert.Equal(first.Offset, second.Offset);
        Assert.Equal(file.Length - 5, first.Offset);
    }
}
