using Slipway.Reporting;

namespace Slipway.Graph.Tests;

public sealed class TextTableTests
{
    private const string Digest = "sha256:02cbce33fad206913671d83266f789ff4bd473d537f1029832b33aefc8b62018";
    private static readonly string[] Columns = ["image", "platform", "tags", "digest", "note"];
    private static readonly IReadOnlyList<string>[] Rows =
    [
        ["kubelet", "linux/amd64", "v1.36.4\nbuild-0123456", Digest, "signed by the release workflow of the repository"],
        ["flannel-cni", "", "v1.9.1", Digest, ""],
    ];

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(200)]
    public void No_word_is_broken_and_no_line_is_wider_than_its_longest_word_needs(int width)
    {
        string text = Text(width);
        foreach (string word in Rows.SelectMany(row => row).SelectMany(cell => cell.Split('\n', ' ')).Where(word => word.Length > 0))
            Assert.Contains(word, text, StringComparison.Ordinal);
        // A digest alone may be wider than the terminal, and then stands alone.
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width || line.Trim() == Digest, line));
        Assert.Equal(width == 200, text.Contains('─', StringComparison.Ordinal));
    }

    [Fact]
    public void Records_name_each_value_and_leave_out_what_is_empty() =>
        Assert.Equal(
            $"""
            kubelet
              platform  linux/amd64
              tags      v1.36.4
                        build-0123456
              digest
                {Digest}
              note
                signed by the release workflow of the
                repository
            flannel-cni
              tags      v1.9.1
              digest
                {Digest}

            """,
            Text(50)
        );

    [Fact]
    public void A_dumb_terminal_gets_no_more_than_letters() => Assert.All(Text(200, isDumb: true), c => Assert.InRange(c, '\n', '~'));

    [Fact]
    public void A_file_gets_a_line_for_each_row()
    {
        StringWriter output = new();
        new TextTable(Columns, [.. Rows.Select(row => (IReadOnlyList<string>)[.. row.Select(cell => cell.Replace('\n', ','))])]).WritePlain(
            output
        );
        Assert.Equal(1 + Rows.Length, output.ToString().Trim().Split('\n').Length);
        Assert.Contains("signed by the release workflow of the repository", output.ToString(), StringComparison.Ordinal);
    }

    private static string Text(int width, bool isDumb = false)
    {
        StringWriter output = new();
        new TextTable(Columns, Rows).WriteTo(output, width, isDumb);
        return output.ToString();
    }
}
