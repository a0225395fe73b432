using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>Files whose checksums are right and whose statements are not.</summary>
public class XzFormatTests
{
    private static readonly XzBuilder Right = new();

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x40)]
    [InlineData(0x80)]
    [InlineData(0xC0)]
    public void What_the_builder_makes_is_right_when_nothing_is_wrong(byte blockFlags)
    {
        byte[] file = (Right with { BlockFlags = blockFlags }).Build();
        Assert.Equal(Right.Content, XzDecoding.Decode(file));
        Assert.Equal(Right.Content, XzProgram.Run(file, "-dc"));
    }

    [Fact]
    public void Sizes_in_the_block_header_are_verified()
    {
        foreach (int error in (int[])[-1, 1, 4, 200])
        {
            XzDecoding.Refuse((Right with { CompressedSizeError = error }).Build(), "compressed");
            XzDecoding.Refuse((Right with { UncompressedSizeError = error }).Build(), "header says");
        }
    }

    [Fact]
    public void The_index_is_verified()
    {
        XzDecoding.Refuse((Right with { IndexCountError = 1 }).Build(), "lists 2, the stream has 1");
        XzDecoding.Refuse((Right with { IndexCountError = -1 }).Build(), "lists 0, the stream has 1");
        XzDecoding.Refuse((Right with { IndexCountError = 1_000_000_000 }).Build(), "lists 1000000001, the stream has 1");
        XzDecoding.Refuse((Right with { IndexUnpaddedError = 1 }).Build(), "a size differs");
        XzDecoding.Refuse((Right with { IndexUncompressedError = -1 }).Build(), "a size differs");
        XzDecoding.Refuse((Right with { BackwardError = 1 }).Build(), "size of the index");
    }

    [Fact]
    public void Padding_holds_nothing()
    {
        XzDecoding.Refuse((Right with { HeaderPadding = 1 }).Build(), "padding of a block header");
        // The content is chosen so that data and index have padding.
        XzBuilder padded = Right with { Content = new byte[131] };
        Assert.Equal(padded.Content, XzDecoding.Decode(padded.Build()));
        XzDecoding.Refuse((padded with { BlockPadding = 1 }).Build(), "padding of a block must be null");
        XzDecoding.Refuse((padded with { IndexPadding = 1 }).Build(), "padding of the index must be null");
    }

    [Fact]
    public void Reserved_bits_are_refused()
    {
        XzDecoding.Refuse((Right with { FirstFlag = 1 }).Build(), "reserved stream flags");
        XzDecoding.Refuse((Right with { CheckType = 0x11 }).Build(), "reserved stream flags");
        foreach (byte bit in (byte[])[0x04, 0x08, 0x10, 0x20])
            XzDecoding.Refuse((Right with { BlockFlags = (byte)(0xC0 | bit) }).Build(), "reserved block flags");
        XzDecoding.Refuse((Right with { Filters = [0x21, 1, 0x80] }).Build(), "dictionary size");
        XzDecoding.Refuse((Right with { Filters = [0x21, 1, 41] }).Build(), "dictionary size");
    }

    [Fact]
    public void Header_and_footer_must_agree() =>
        XzDecoding.Refuse((Right with { FooterCheckType = 4 }).Build(), "header and footer differ");

    [Theory]
    [InlineData(0x02)]
    [InlineData(0x05)]
    [InlineData(0x0F)]
    public void An_unknown_check_is_refused_by_its_number(byte type) =>
        XzDecoding.Refuse((Right with { CheckType = type }).Build(), $"check type 0x{type:x} is not supported");

    [Theory]
    [InlineData(0x03, "Delta")]
    [InlineData(0x04, "BCJ x86")]
    [InlineData(0x07, "BCJ ARM")]
    [InlineData(0x0A, "BCJ ARM64")]
    [InlineData(0x0B, "BCJ RISC-V")]
    [InlineData(0x55, "0x55")]
    public void An_unsupported_filter_is_refused_by_its_name(byte filter, string name)
    {
        byte[] chain = (Right with { BlockFlags = 0x01, Filters = [filter, 0, 0x21, 1, 0] }).Build();
        XzDecoding.Refuse(chain, $"the filter {name} is not supported");
        XzDecoding.Refuse((Right with { BlockFlags = 0x00, Filters = [filter, 0] }).Build(), $"the filter {name} is not supported");
    }

    [Theory]
    [InlineData("--x86 --lzma2", "BCJ x86")]
    [InlineData("--delta=dist=4 --lzma2", "Delta")]
    public void The_programs_own_filters_are_refused_by_name(string options, string name) =>
        XzDecoding.Refuse(XzProgram.Compress(XzProgram.Content(1, 5000), options), $"the filter {name} is not supported");

    [Fact]
    public void Two_times_LZMA2_is_refused() =>
        XzDecoding.Refuse((Right with { BlockFlags = 0x01, Filters = [0x21, 1, 0, 0x21, 1, 0] }).Build(), "must be the last filter");

    [Theory]
    [InlineData(new byte[] { 0x21, 0x81, 0x00, 0 })]
    [InlineData(new byte[] { 0xA1, 0x80, 0x00, 1, 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void An_integer_that_is_not_in_its_shortest_form_is_refused(byte[] filters) =>
        XzDecoding.Refuse((Right with { Filters = filters }).Build(), "not well formed");

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, (byte)'a', 0 }, "does not reset the dictionary")]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0 }, "does not reset the dictionary")]
    [InlineData(new byte[] { 1, 0, 0, (byte)'a', 0x80, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0 }, "does not set properties")]
    [InlineData(new byte[] { 1, 0, 0, (byte)'a', 0xA0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0 }, "does not set properties")]
    [InlineData(new byte[] { 3 }, "invalid control byte")]
    [InlineData(new byte[] { 0x7F }, "invalid control byte")]
    [InlineData(new byte[] { 0xE0, 0, 0, 0, 4, 225, 0, 0, 0, 0, 0 }, "invalid properties")]
    [InlineData(new byte[] { 0xE0, 0, 0, 0, 4, 8, 0, 0, 0, 0, 0 }, "invalid properties: 0x08")]
    [InlineData(new byte[] { 0xE0, 0, 0, 0, 3, 93, 0, 0, 0, 0 }, "too short")]
    [InlineData(new byte[] { 0xE0, 0, 0, 0, 4, 93, 1, 0, 0, 0, 0 }, "does not start with a null byte")]
    [InlineData(new byte[] { 0xE0, 0, 0, 0, 4, 93, 0, 0xFF, 0xFF, 0xFF, 0xFF }, "the compressed data is damaged")]
    [InlineData(new byte[] { 0xE0, 0xFF, 0xFF, 0, 4, 93, 0, 0, 0, 0, 0 }, "damaged")]
    public void An_LZMA2_chunk_that_cannot_be_is_refused(byte[] data, string because) =>
        XzDecoding.Refuse((Right with { BlockFlags = 0, Lzma2 = [.. data, .. new byte[32]] }).Build(), because);
}
