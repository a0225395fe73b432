namespace Slipway.Graph.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("100MB", 100_000_000)]
    [InlineData("100 mB", 100_000_000)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("1k", 1000)]
    [InlineData("1KiB", 1024)]
    [InlineData("7B", 7)]
    [InlineData("1T", 1_000_000_000_000)]
    public void What_people_write_is_a_number_of_bytes(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5GB")]
    [InlineData("MB")]
    [InlineData("1 PB")]
    [InlineData("1iB")]
    [InlineData("1MB ")]
    [InlineData("1MB\n")]
    [InlineData("9223372036854775807")]
    [InlineData("999999999999999999T")]
    [InlineData("2TiB")]
    [InlineData("٣")]
    public void Anything_else_is_told(string text) => Assert.Throws<FormatException>(() => ByteSize.Parse(text));
}
