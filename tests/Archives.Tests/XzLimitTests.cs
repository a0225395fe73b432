using Slipway.Testing;

namespace Slipway.Archives.Tests;

public class XzLimitTests
{
    [Fact]
    public void Content_as_large_as_the_limit_is_allowed_and_one_byte_more_is_not()
    {
        byte[] content = XzProgram.Content(1, 100_000);
        byte[] file = XzProgram.Compress(content);
        Assert.Equal(content.Length, XzDecoding.Decode(file, content.Length).Length);
        XzException e = Assert.Throws<XzException>(() => XzDecoding.Decode(file, content.Length - 1));
        Assert.Contains("the limit is 99999 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_is_for_all_streams_and_blocks_together()
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(2, 5000), "--block-size=1000");
        Assert.Equal(10_000, XzDecoding.Decode([.. file, .. file], 10_000).Length);
        Assert.Throws<XzException>(() => XzDecoding.Decode([.. file, .. file], 9999));
    }

    [Fact]
    public void A_bomb_is_stopped_at_the_limit_and_not_after_it_went_off()
    {
        byte[] file = XzProgram.Compress(new byte[50_000_000]);
        Assert.InRange(file.Length, 1, 20_000);
        using var xz = new XzStream(new MemoryStream(file), 1_000_000);
        var got = new MemoryStream();
        Assert.Throws<XzException>(() => xz.CopyTo(got));
        Assert.InRange(got.Length, 0, 1_000_000);
    }

    [Fact]
    public void A_dictionary_as_large_as_the_limit_is_allowed_and_a_larger_one_is_not()
    {
        byte[] content = XzProgram.Content(3, 1000);
        byte[] file = XzProgram.Compress(content, "--lzma2=dict=1MiB");
        Assert.Equal(content, XzDecoding.Decode(file, dictionaryLimit: 1 << 20));
        XzException e = Assert.Throws<XzException>(() => XzDecoding.Decode(file, dictionaryLimit: (1 << 20) - 1));
        Assert.Contains("1048576 bytes, the limit is 1048575", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_file_with_a_large_dictionary_takes_little_memory()
    {
        byte[] file = XzProgram.Compress(XzProgram.Content(4, 100_000), "--lzma2=preset=0,dict=64MiB");
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var xz = new XzStream(new MemoryStream(file), long.MaxValue);
        var buffer = new byte[4096];
        while (xz.Read(buffer) > 0) { }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }
}
