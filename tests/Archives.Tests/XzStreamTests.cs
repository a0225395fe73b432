using Slipway.Testing;

namespace Slipway.Archives.Tests;

public class XzStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(4096)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public void Content_of_every_size_comes_back(int size)
    {
        for (int seed = 0; seed < 3; seed++)
        {
            byte[] content = XzProgram.Content(seed, size);
            AssertSame(content, XzDecoding.Decode(XzProgram.Compress(content)));
        }
    }

    [Theory]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("-2")]
    [InlineData("-3e")]
    [InlineData("-4")]
    [InlineData("-5")]
    [InlineData("-6e")]
    [InlineData("-7")]
    [InlineData("-8")]
    [InlineData("-9")]
    [InlineData("-9e")]
    [InlineData("--check=none")]
    [InlineData("--check=crc32")]
    [InlineData("--check=crc64")]
    [InlineData("--check=sha256")]
    [InlineData("--block-size=4096")]
    [InlineData("--block-size=100000 --check=sha256")]
    [InlineData("--block-list=1,70000,3,0")]
    [InlineData("--flush-timeout=0 --block-size=999")]
    [InlineData("--lzma2=preset=6,lc=0,lp=0,pb=0")]
    [InlineData("--lzma2=preset=6,lc=4,lp=0,pb=4")]
    [InlineData("--lzma2=preset=6,lc=0,lp=4,pb=1")]
    [InlineData("--lzma2=preset=3,lc=1,lp=3,pb=3")]
    [InlineData("--lzma2=preset=1,nice=273,mf=bt4")]
    public void Every_way_to_compress_is_understood(string options)
    {
        for (int seed = 10; seed < 13; seed++)
        {
            byte[] content = XzProgram.Content(seed, 250_000 + (seed * 1111));
            AssertSame(content, XzDecoding.Decode(XzProgram.Compress(content, options)));
        }
    }

    // Seeded, so that a failure is found again; what is varied at once here is varied one by one elsewhere.
    [Fact]
    public void Whatever_the_program_writes_we_read_as_the_program_does()
    {
        var random = new Random(77);
        for (int round = 0; round < 60; round++)
        {
            List<byte> file = [];
            for (int streams = random.Next(1, 4); streams > 0; streams--)
            {
                int lc = random.Next(5);
                string check = random.GetItems(["none", "crc32", "crc64", "sha256"], 1)[0];
                string options =
                    $"--check={check} --block-size={random.Next(500, 90_000)} "
                    + $"--lzma2=preset={random.Next(10)},dict={random.Next(4096, 200_000)},lc={lc},lp={random.Next(5 - lc)},pb={random.Next(5)}";
                file.AddRange(XzProgram.Compress(XzProgram.Content(random.Next(), random.Next(60_000)), options));
                file.AddRange(new byte[4 * random.Next(3)]);
            }

            AssertSame(XzProgram.Run([.. file], "-dc"), XzDecoding.Decode([.. file]));
        }
    }

    // The ring wraps many times, at places that are no multiple of anything; repeats reach back as far as the dictionary allows.
    [Theory]
    [InlineData("4KiB")]
    [InlineData("6KiB")]
    [InlineData("5000")]
    [InlineData("64KiB")]
    [InlineData("96KiB")]
    public void A_dictionary_smaller_than_the_content_wraps(string dictionary)
    {
        for (int seed = 20; seed < 24; seed++)
        {
            byte[] content = XzProgram.Content(seed, 700_000);
            AssertSame(content, XzDecoding.Decode(XzProgram.Compress(content, $"--lzma2=preset=6,dict={dictionary},mode=normal")));
        }
    }

    [Fact]
    public void Repeats_exactly_one_dictionary_apart_come_back()
    {
        var random = new Random(5);
        var period = new byte[4096];
        random.NextBytes(period);
        byte[] content = [.. Enumerable.Repeat(period, 60).SelectMany(p => p)];
        byte[] file = XzProgram.Compress(content, "--lzma2=preset=6,dict=4KiB");
        Assert.True(file.Length < content.Length / 4, "the program must have used the far repeats for this test to mean anything");
        AssertSame(content, XzDecoding.Decode(file));
    }

    [Fact]
    public void Noise_that_is_stored_and_text_that_is_not_can_alternate()
    {
        var random = new Random(6);
        var noise = new byte[200_000];
        random.NextBytes(noise);
        byte[] content = [.. noise, .. XzProgram.Content(6, 300_000), .. noise, .. new byte[3_000_000], .. noise.AsSpan(0, 70_000)];
        AssertSame(content, XzDecoding.Decode(XzProgram.Compress(content)));
        AssertSame(content, XzDecoding.Decode(XzProgram.Compress(content, "--lzma2=dict=64KiB")));
    }

    [Fact]
    public void Several_streams_with_padding_are_one_content()
    {
        byte[] one = XzProgram.Content(30, 1000);
        byte[] two = XzProgram.Content(31, 100_000);
        byte[] file =
        [
            .. XzProgram.Compress(one),
            .. new byte[8],
            .. XzProgram.Compress([]),
            .. XzProgram.Compress(two, "--check=crc32"),
            .. new byte[4],
        ];
        AssertSame([.. one, .. two], XzDecoding.Decode(file));
    }

    [Fact]
    public void Reads_of_any_size_from_a_source_that_trickles_see_the_same_bytes()
    {
        byte[] content = XzProgram.Content(40, 150_000);
        byte[] file = XzProgram.Compress(content, "--block-size=50000");
        foreach (int size in (int[])[1, 7, 512, 100_000, 1_000_000])
        {
            using var xz = new XzStream(new XzDecoding.Trickle(file), content.Length);
            using var read = new MemoryStream();
            var buffer = new byte[size];
            int count;
            while ((count = xz.Read(buffer)) > 0)
                read.Write(buffer, 0, count);
            AssertSame(content, read.ToArray());
            Assert.Equal(0, xz.Read(buffer));
        }
    }

    [Fact]
    public async Task Asynchronous_reads_see_the_same_bytes_and_the_same_errors()
    {
        byte[] content = XzProgram.Content(41, 100_000);
        byte[] file = XzProgram.Compress(content);
        await using var xz = new XzStream(new MemoryStream(file), content.Length);
        using var read = new MemoryStream();
        await xz.CopyToAsync(read);
        AssertSame(content, read.ToArray());

        await using var cut = new XzStream(new MemoryStream(file[..^1]), content.Length);
        await Assert.ThrowsAsync<XzException>(() => cut.CopyToAsync(Stream.Null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_source_is_disposed_unless_it_is_to_stay_open(bool leaveOpen)
    {
        var source = new MemoryStream();
        new XzStream(source, 1, leaveOpen: leaveOpen).Dispose();
        Assert.Equal(leaveOpen, source.CanRead);
    }

    [Fact]
    public void Nothing_is_read_after_disposal_and_what_was_read_stays()
    {
        byte[] content = XzProgram.Content(42, 100_000);
        byte[] file = XzProgram.Compress(content);
        var first = new XzStream(new MemoryStream(file), content.Length);
        var part = new byte[1000];
        first.ReadExactly(part);
        first.Dispose();
        first.Dispose();
        AssertSame(content, XzDecoding.Decode(file));
        AssertSame(content[..1000], part);
        Assert.Throws<ObjectDisposedException>(() => first.ReadByte());
    }

    // Assert.Equal on large arrays is slow and its message unreadable.
    private static void AssertSame(byte[] wanted, byte[] got)
    {
        Assert.Equal(wanted.Length, got.Length);
        Assert.Equal(-1, wanted.AsSpan().CommonPrefixLength(got) is var same && same == wanted.Length ? -1 : same);
    }
}
