using System.Text;
using Slipway.Oci;

namespace Slipway.Definitions.Tests;

public class ChecksumFileTests
{
    private static readonly Digest One = Digest.Of("one"u8);
    private static readonly Digest Two = Digest.Of("two"u8);

    [Theory]
    [InlineData("{1}")]
    [InlineData("{1}\n")]
    [InlineData("{1}\r\n")]
    public void Bare_hex_is_the_checksum_of_whatever_it_stands_beside(string text) => Assert.Equal(One, Parse(text).Of("kubelet"));

    [Theory]
    [InlineData("{1}  a.tgz\n")]
    [InlineData("{1}  a.tgz")]
    [InlineData("{1}  a.tgz\r\n")]
    [InlineData("{1} *a.tgz\n")]
    [InlineData("{1}  ./a.tgz\n")]
    [InlineData("{2}  b.tgz\n{1}  a.tgz\n")]
    [InlineData("{1} *a.tgz\r\n{2} *b.tgz\r\n")]
    public void A_line_gives_the_checksum_of_the_file_that_it_names(string text)
    {
        ChecksumFile file = Parse(text);
        Assert.Equal(One, file.Of("a.tgz"));
        Assert.Null(file.Of("A.tgz"));
        Assert.Null(file.Of("c.tgz"));
    }

    [Fact]
    public void A_name_may_hold_blanks_and_folders_are_part_of_it()
    {
        ChecksumFile file = Parse("{1}  a b.tgz\n{2}  folder/a.tgz\n");
        Assert.Equal((One, Two), (file.Of("a b.tgz"), file.Of("folder/a.tgz")));
        Assert.Null(file.Of("a.tgz"));
    }

    [Fact]
    public void A_checksum_of_SHA_512_has_its_length()
    {
        string hex = new('a', 128);
        Assert.Equal("sha512:" + hex, ChecksumFile.Parse(Encoding.ASCII.GetBytes(hex), "sha512", "it").Of("x")!.ToString());
        Assert.Throws<ContentException>(() => ChecksumFile.Parse(Encoding.ASCII.GetBytes(hex), "sha256", "it"));
        Assert.Throws<ContentException>(() => ChecksumFile.Parse(Encoding.ASCII.GetBytes(One.Hex), "sha512", "it"));
    }

    [Theory]
    [InlineData("", "it:1: digest")]
    [InlineData("\n", "it:1: digest")]
    [InlineData("{1}\n{2}\n", "it:1: wanted \"HEX  NAME\"")]
    [InlineData("{1}\n\n", "it:1: wanted \"HEX  NAME\"")]
    [InlineData(" {1}", "it:1: wanted")]
    [InlineData("{1} ", "it:1: wanted")]
    [InlineData("{1}  ", "it:1: wanted")]
    [InlineData("{1} a.tgz\n", "it:1: wanted")]
    [InlineData("{1}   a.tgz\n", "it:1: wanted")]
    [InlineData("{1}  **a.tgz\n", "it:1: wanted")]
    [InlineData("\\{1}  a\\\\n.tgz\n", "it:1: digest")]
    [InlineData("SHA256 (a.tgz) = {1}\n", "it:1: wanted")]
    [InlineData("{1}  a.tgz\n{2}  a.tgz\n", "it:2: 'a.tgz' is listed twice")]
    [InlineData("{1}  a.tgz\n{1}  ./a.tgz\n", "it:2: 'a.tgz' is listed twice")]
    [InlineData("{1}  a.tgz\n# comment\n", "it:2: ")]
    [InlineData("{1}  a.tgz\n{2}00  b.tgz\n", "it:2: digest")]
    [InlineData("{1}0", "it:1: digest")]
    [InlineData("md5:{1}", "it:1: digest")]
    [InlineData("<html>404</html>", "it:1: digest")]
    [InlineData("{1}  a\u0000b\n", "not text")]
    [InlineData("{1}  a\u001b[2Jb\n", "not text")]
    [InlineData("{1}  ä\n", "not text")]
    public void Another_shape_is_refused_with_its_line(string text, string because) =>
        Assert.Contains(because, Assert.Throws<ContentException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Upper_case_and_one_digit_less_are_refused()
    {
        Assert.Throws<ContentException>(() => Parse(One.Hex.ToUpperInvariant()));
        Assert.Throws<ContentException>(() => Parse(One.Hex[1..]));
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused() =>
        Assert.Contains(
            "the limit is 1048576",
            Assert.Throws<ContentException>(() => ChecksumFile.Parse(new byte[(1 << 20) + 1], "sha256", "it")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("https://example.org/a.sha256", "sha256")]
    [InlineData("https://example.org/a.sha512", "sha512")]
    [InlineData("https://example.org/a.SHA256", null)]
    [InlineData("https://example.org/SHA256SUMS", null)]
    [InlineData("https://example.org/sha256", null)]
    public void The_ending_says_the_algorithm(string address, string? algorithm) =>
        Assert.Equal(algorithm, ChecksumFile.AlgorithmOf(address));

    private static ChecksumFile Parse(string text) =>
        ChecksumFile.Parse(
            Encoding.UTF8.GetBytes(
                text.Replace("{1}", One.Hex, StringComparison.Ordinal).Replace("{2}", Two.Hex, StringComparison.Ordinal)
            ),
            "sha256",
            "it"
        );
}
