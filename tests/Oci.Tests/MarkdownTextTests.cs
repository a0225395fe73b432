namespace Slipway.Oci.Tests;

/// <summary>What others wrote is text in our pages and never markup.</summary>
public sealed class MarkdownTextTests
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
    public void A_text_has_no_markup(string text, string wanted) => Assert.Equal(wanted, MarkdownText.Text(text));
}
