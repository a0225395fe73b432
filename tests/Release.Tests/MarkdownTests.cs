namespace Slipway.Release.Tests;

/// <summary>Blocks of a page.</summary>
public sealed class MarkdownTests
{
    [Fact]
    public void A_fence_is_longer_than_any_in_its_text() =>
        Assert.Equal("````sh\n```\nrm\n```\n````\n", new Markdown().Fenced("sh", "```\nrm\n```\n").ToString());

    [Fact]
    public void Blocks_are_apart_and_a_table_without_rows_is_nothing() =>
        Assert.Equal(
            "## A\n\nb\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n> [!WARNING]\n> c\n> d\n",
            new Markdown()
                .Heading("A")
                .Paragraph("b")
                .Table(
                    ["x", "y"],
                    [
                        ["1", "2"],
                    ]
                )
                .Table(["x"], [])
                .Warning("c", "d")
                .ToString()
        );
}
