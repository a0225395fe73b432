using System.Text;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>What YAML allows and a definition does not.</summary>
public class YamlFileTests
{
    private static string Sound => ImageDefinitions.Sound.ReplaceLineEndings("\n");

    [Theory]
    [InlineData("title: &t Tiny\n", ":1:8: anchors are not supported")]
    [InlineData("title: !!str Tiny\n", ":1:8: tags are not supported")]
    [InlineData("title: !secret Tiny\n", ":1:8: tags are not supported")]
    [InlineData("title: Tiny\n<<: *base\n", "aliases are not supported")]
    [InlineData("title:\n\t- x\n", "image.yaml:")]
    [InlineData("\ttitle: Tiny\n", ":1:")]
    [InlineData("title: [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]\n", ":1:21: nested deeper than 16 levels")]
    [InlineData("title: \"Tiny\n", ":")]
    [InlineData("title: Ti\u0007ny\n", ":1:10: a control character")]
    public void What_makes_a_file_mean_something_else_than_it_says_is_refused(string title, string because) =>
        Assert.StartsWith(
            "images/tiny/image.yaml:",
            Refused(Sound.Replace("title: Tiny\n", title, StringComparison.Ordinal), because),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
            bomb.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"
            );
        Refused(bomb.ToString(), "image.yaml:1:5: anchors are not supported");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{ a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Nesting_without_end_is_refused_and_overflows_nothing(string level) =>
        Refused(string.Concat(Enumerable.Repeat(level, 100_000)), "image.yaml:1:");

    [Fact]
    public void A_file_beyond_the_limit_is_refused_before_it_is_read()
    {
        string comment = "#" + new string('x', (1 << 20) - Sound.Length - 2) + "\n";
        Assert.Equal("Tiny", ImageDefinitions.Parse(comment + Sound).Title);
        Refused("#" + comment + Sound, "the file has 1048577 bytes, the limit is 1048576");
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over_and_places_stay_right()
    {
        using ImageDefinitions scratch = new();
        Assert.Equal("Tiny", scratch.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Sound)]).Title);
        DefinitionException e = Assert.Throws<DefinitionException>(() => scratch.Read([0xEF, 0xBB, 0xBF, .. "x: y\n"u8]));
        Assert.Contains("image.yaml:1:1: 'version' is missing", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, 1, 1)]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xC0, 0xAF }, 2, 2)]
    [InlineData(new byte[] { (byte)'a', (byte)':', 0xED, 0xA0, 0x80 }, 1, 3)]
    public void What_is_not_UTF_8_is_refused_at_its_first_bad_byte(byte[] text, int line, int column)
    {
        using ImageDefinitions scratch = new();
        DefinitionException e = Assert.Throws<DefinitionException>(() => scratch.Read(text));
        Assert.Equal($"images/tiny/image.yaml:{line}:{column}: the text is not UTF-8", e.Message);
    }

    private static string Refused(string text, string because)
    {
        string message = Assert.Throws<DefinitionException>(() => ImageDefinitions.Parse(text)).Message;
        Assert.Contains(because, message, StringComparison.Ordinal);
        return message;
    }
}
