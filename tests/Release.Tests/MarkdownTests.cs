namespace Slipway.Release.Tests;

/// <summary>What others wrote is text in our pages and never markup.</summary>
public sealed class MarkdownTests
{
    [Theory]
    [InlineData("2.41-12+deb13u1~rc1", @"2.41-12\+deb13u1\~rc1")]
    [InlineData("a|b", @"a\|b")]
    [InlineData("<img src=x>", @"\<img src=x\>")]
    [InlineData("[click](https://example.org)", @"\[click\]\(https://example.org\)")]
    [InlineData("![x](y)", @"\!\[x\]\(y\)")]
    [InlineData("**bold** _it_ `code`", @"\*\*bold\*\* \_it\_ \`code\`")]
    [InlineData("fixes #12", @"fixes \#12")]
    [InlineData("by @somebody", "by @\u200Bsomebody")]
    [InlineData("one\ntwo", "one?two")]
    [InlineData("a\\", @"a\\")]
    public void A_text_has_no_markup(string text, string wanted) => Assert.Equal(wanted, Markdown.Text(text));

    [Theory]
    [InlineData("quay.io/a", "`quay.io/a`")]
    [InlineData("a|b", @"`a\|b`")]
    [InlineData("a`b", "`` a`b ``")]
    [InlineData("a\nb", "`a?b`")]
    public void A_code_span_ends_where_it_should(string text, string wanted) => Assert.Equal(wanted, Markdown.Code(text));

    [Fact]
    public void A_fence_is_longer_than_any_in_its_text() =>
        Assert.Equal("````sh\n```\nrm\n```\n````\n", new Markdown().Fenced("sh", "```\nrm\n```\n").ToString());

    [Fact]
    public void Blocks_are_apart_and_a_table_without_rows_is_nothing() =>
        Assert.Equal(
            "## A\n\nb\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n> [!WARNING]\n> c\n> d\n",
            new Markdown().Heading("A").Paragraph("b").Table(["x", "y"], [["1", "2"]]).Table(["x"], []).Warning("c", "d").ToString());
}
