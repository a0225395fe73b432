using FsCheck;
using FsCheck.Fluent;
using Nuke.Common.CI;
using YamlDotNet.RepresentationModel;
using ReadNode = YamlDotNet.RepresentationModel.YamlNode;

namespace Slipway.Nuke.Tests;

/// <summary>What is written is read back by another's parser as the text that it was, whatever it looks like.</summary>
public sealed class YamlWriterTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("ubuntu-24.04-arm")]
    [InlineData("10.0")]
    [InlineData("007")]
    [InlineData("1_000")]
    [InlineData("0x1F")]
    [InlineData("12:30:45")]
    [InlineData("2026-11-30")]
    [InlineData("1e3")]
    [InlineData(".5")]
    [InlineData(".inf")]
    [InlineData("yes")]
    [InlineData("Off")]
    [InlineData("NULL")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("a: b")]
    [InlineData("a:")]
    [InlineData("a #b")]
    [InlineData("#a")]
    [InlineData("- a")]
    [InlineData("*anchor")]
    [InlineData("&a")]
    [InlineData("!tag")]
    [InlineData("%directive")]
    [InlineData("@at")]
    [InlineData("`tick")]
    [InlineData("'quoted'")]
    [InlineData("it's")]
    [InlineData("\"double\" \\ back")]
    [InlineData("${{ github.ref }}")]
    [InlineData("{a: b}")]
    [InlineData("[a]")]
    [InlineData("one\ntwo")]
    [InlineData("one\ntwo\n")]
    [InlineData("one\n\ntwo\n")]
    [InlineData("one\n  indented\nthree")]
    [InlineData("one\ntwo\n\n")]
    [InlineData("  first\nsecond")]
    [InlineData("\nfirst")]
    [InlineData("\n")]
    [InlineData("one\r\ntwo")]
    [InlineData("tab\there")]
    [InlineData("bell\a")]
    [InlineData("ünïcode\u2028line")]
    [InlineData("---")]
    [InlineData("...")]
    [InlineData("one\n---\ntwo")]
    [InlineData("=")]
    [InlineData("<<")]
    public void A_text_is_read_back_as_it_was(string text)
    {
        YamlMapping document = new()
        {
            { "text", text },
            { "list", YamlSequence.Of([text, "end"]) },
            {
                "nested",
                new YamlMapping { { "inner", YamlSequence.Of([new YamlMapping { { "a", text }, { "b", text } }]) } }
            },
        };

        YamlMappingNode read = Read(YamlWriter.Write(document));

        Assert.Equal(text, Text(read["text"]));
        Assert.Equal([text, "end"], ((YamlSequenceNode)read["list"]).Select(Text));
        Assert.Equal([text, text], ((YamlMappingNode)read["nested"]["inner"][0]).Children.Values.Select(Text));
    }

    [Fact]
    public void Any_text_is_read_back_as_it_was() =>
        Prop.ForAll<string>(text =>
            {
                // Unpaired surrogates are no text.
                if (text is null || text.Any(char.IsSurrogate))
                    return true;
                return Text(Read(YamlWriter.Write(new YamlMapping { { "key", text } }))["key"]) == text;
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_that_looks_like_another_type_is_quoted_and_a_number_is_not()
    {
        YamlMapping document = new()
        {
            { "text", "10" },
            { "number", 10 },
            { "flag", false },
            { "word", "true" },
            { "on", "push" },
        };

        Assert.Equal("text: '10'\nnumber: 10\nflag: false\nword: 'true'\non: push\n", YamlWriter.Write(document));
    }

    [Fact]
    public void A_key_is_quoted_as_a_text_is() =>
        Assert.Equal("x", Text(Read(YamlWriter.Write(new YamlMapping { { "a: b", "x" } }))["a: b"]));

    [Fact]
    public void What_is_not_there_is_left_out_and_what_is_empty_on_purpose_is_written() =>
        Assert.Equal(
            "none: {}\n",
            YamlWriter.Write(
                new YamlMapping
                {
                    { "nothing", null },
                    { "list", YamlSequence.Of(Array.Empty<string>()) },
                    { "mapping", new YamlMapping() },
                    { "none", YamlMapping.None },
                }
            )
        );

    [Fact]
    public void A_comment_stands_behind_its_value() =>
        Assert.Equal(
            "uses: a/b@c # v1\n",
            YamlWriter.Write(
                new YamlMapping
                {
                    {
                        "uses",
                        new YamlScalar("a/b@c") { Comment = "v1" }
                    },
                }
            )
        );

    private static YamlMappingNode Read(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    private static string? Text(ReadNode node) => ((YamlScalarNode)node).Value;
}
