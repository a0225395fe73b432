using Nuke.Common.CI;

namespace Slipway.Nuke.Tests;

/// <summary>What a step hands on: read as GitHub's runner reads it, one value stays one value.</summary>
public sealed class StepFilesTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private string File => Path.Combine(_scratch.Path, "file");

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("")]
    [InlineData("v1.36.4\nbuild-123\n")]
    [InlineData("x\nother=evil")]
    [InlineData("x\nother<<EOF\nevil\nEOF")]
    [InlineData("end-00000000000000000000000000000000\nother=evil")]
    [InlineData("::set-output name=other::evil\n##[set-output name=other]evil")]
    public void An_output_is_the_value_and_no_other_is_set(string value)
    {
        StepFiles files = new(name => name == "GITHUB_OUTPUT" ? File : null);

        files.SetOutput("first", "one");
        files.SetOutput("kubelet-digest", value);
        files.SetOutput("last", "three");

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["first"] = "one",
                ["kubelet-digest"] = value,
                ["last"] = "three",
            },
            Read(System.IO.File.ReadAllText(File))
        );
    }

    [Fact]
    public void A_carriage_return_ends_no_line()
    {
        new StepFiles(_ => File).SetOutput("a", "x\rb=evil");

        Assert.DoesNotContain('\r', System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData("a=b")]
    [InlineData("a\nb")]
    [InlineData("a<<b")]
    public void A_name_that_is_none_is_refused(string name) =>
        Assert.Throws<FormatException>(() => new StepFiles(_ => File).SetOutput(name, "x"));

    [Fact]
    public void Without_a_server_nothing_is_written()
    {
        StepFiles files = new(_ => null);

        files.SetOutput("a", "b");
        files.AddSummary("c");

        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    public void A_page_that_would_be_too_long_is_left_as_it_is()
    {
        StepFiles files = new(name => name == "GITHUB_STEP_SUMMARY" ? File : null);

        files.AddSummary("one");
        files.AddSummary(new string('x', 1024 * 1024));
        files.AddSummary("two");

        Assert.Equal("one\ntwo\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_cell_is_text_and_nothing_else()
    {
        string table = MarkdownTable.Of(
            ["a"],
            [
                ["| x |\n<img src=x> [l](https://e.org) @me #1 `c` **b** \\|"],
            ]
        );

        string row = table.Split('\n')[2];
        Assert.Equal(2, row.Count(c => c == '|') - System.Text.RegularExpressions.Regex.Count(row, @"\\\|"));
        Assert.DoesNotContain("<img", row, StringComparison.Ordinal);
        Assert.DoesNotContain("@", row, StringComparison.Ordinal);
        Assert.DoesNotContain("](", row, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", row, StringComparison.Ordinal);
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>As the runner reads the file (actions/runner, FileCommandManager): NAME=VALUE, or NAME&lt;&lt;END, lines, END.</summary>
    private static Dictionary<string, string> Read(string text)
    {
        Dictionary<string, string> outputs = [];
        string[] lines = text.TrimEnd('\n').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int block = lines[i].IndexOf("<<", StringComparison.Ordinal),
                equals = lines[i].IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && (block < 0 || equals < block))
            {
                outputs[lines[i][..equals]] = lines[i][(equals + 1)..];
                continue;
            }

            string end = lines[i][(block + 2)..];
            int last = Array.IndexOf(lines, end, i + 1);
            outputs[lines[i][..block]] = string.Join('\n', lines[(i + 1)..last]);
            i = last;
        }

        return outputs;
    }
}
