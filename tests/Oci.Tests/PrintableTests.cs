using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.Oci.Tests;

/// <summary>What leaves the program is one line where it was to be one, steers nothing and hides nothing.</summary>
public class PrintableTests
{
    /// <summary>One of each kind that a terminal, an editor or a CI server would take for more than a character.</summary>
    private static readonly string[] Hostile =
    [
        "\0",
        "\a",
        "\b",
        "\n",
        "\v",
        "\f",
        "\r",
        "\u001b[2J",
        "\u001b]0;title\u0007",
        "\x7F",
        "\u0080",
        "\u0085",
        "\u009b2J",
        "\u00ad",
        "\u061c",
        "\u200b",
        "\u200d",
        "\u200e",
        "\u200f",
        "\u2028",
        "\u2029",
        "\u202a",
        "\u202b",
        "\u202c",
        "\u202d",
        "\u202e",
        "\u2060",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
        "\u206a",
        "\ufeff",
        "\ufff9",
        "\ue000",
        "\ud800",
        "\udc00",
        "\U000E0001",
        "\U000E0041",
        "\U000F0000",
        "\u0378",
        "\u3164",
        "\u115f",
        "\uffa0",
        "\u2800",
        "\ufe0f",
        "\u034f",
        "\U000E0100",
        "\u00a0",
        "\u3000",
        "\U0001D173",
    ];

    [Fact]
    public void What_cannot_be_shown_is_a_question_mark_and_what_was_cleaned_stays_so()
    {
        foreach (
            (string hostile, Func<string, string> clean) in Hostile.SelectMany(
                _ => (Func<string, string>[])[Printable.Of, Printable.EndsOf, Printable.Line],
                (hostile, clean) => (hostile, clean)
            )
        )
        {
            string text = clean($"a{hostile}b");
            Assert.StartsWith("a?", text, StringComparison.Ordinal);
            Assert.EndsWith("b", text, StringComparison.Ordinal);
            RequireShown(text);
            Assert.Equal(text, clean(text));
        }
    }

    [Fact]
    public void A_document_of_JSON_says_the_same_in_what_can_be_shown() => Assert.All(Hostile, hostile =>
        {
            string text = hostile is "\ud800" or "\udc00" ? "\ufffd" : hostile;
            string json = Encoding.UTF8.GetString(
                OciJson.WriteIndented(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString($"name{text}", $"value{text}");
                    writer.WriteEndObject();
                })
            );
            RequireShown(json.Replace("\n", "", StringComparison.Ordinal));
            using JsonDocument read = JsonDocument.Parse(json);
            Assert.Equal($"value{text}", read.RootElement.GetProperty($"name{text}").GetString());
            Assert.Equal(json, Printable.Json(json));
        });

    [Fact]
    public void What_can_be_shown_stays_as_it_is()
    {
        foreach (
            string text in (string[])
                [
                    "",
                    "kubelet v1.36.4: 34 MB",
                    "größer, 日本語, Ελληνικά, עברית",
                    "… – → ≤",
                    "𝔘nicode 🚢 𠀀",
                    "e\u0301",
                    "#1, ## 2, a::b, [x]",
                    "a ##",
                ]
        )
        {
            Assert.Equal(text, Printable.Of(text));
            Assert.Equal(text, Printable.Line(text));
            Assert.Equal(text, Printable.Document(text));
        }
    }

    [Theory]
    [InlineData("::warning::x", ": :warning::x")]
    [InlineData("  ::error file=a::x", "  : :error file=a::x")]
    [InlineData("\t::add-mask::x", " : :add-mask::x")]
    [InlineData("##[error]x", "# #[error]x")]
    [InlineData("text ##[group]x", "text # #[group]x")]
    [InlineData("##vso[task.setvariable]x", "# #vso[task.setvariable]x")]
    [InlineData("a ###teamcity[x] ##teamcity[y]", "a ## #teamcity[x] # #teamcity[y]")]
    public void No_line_is_a_command_to_a_CI_server(string line, string wanted)
    {
        Assert.Equal(wanted, Printable.Line(line));
        Assert.Equal(wanted.Trim(), Printable.Document(line).Trim());
        Assert.Equal(Printable.Line(line), Printable.Line(Printable.Line(line)));
        string json = Printable.Json(JsonSerializer.Serialize(new { text = line }));
        Assert.Equal(line, JsonDocument.Parse(json).RootElement.GetProperty("text").GetString());
        Assert.DoesNotMatch(@"##[A-Za-z]*\[", json);
    }

    [Fact]
    public void Several_lines_of_a_program_cannot_be_taken_for_ours()
    {
        Assert.Equal(
            "it said:\n  | verified: sha256:0\n  | : :warning::x\n  | ?[2J",
            Printable.Lines("it said:\r\nverified: sha256:0\n::warning::x\n\u001b[2J\n")
        );
        Assert.Equal("# One\n\ttwo?\n: :three\n", Printable.Document("# One\n\ttwo\r\n::three\n"));
        Assert.Equal("by @\u200Bsomebody?", Printable.Document("by @\u200Bsomebody\u200B"));
    }

    [Fact]
    public void Beginning_and_ends_are_cut_before_they_are_cleaned()
    {
        Assert.Equal(new string('x', 200) + "…", Printable.Of(new string('x', 201)));
        Assert.InRange(Printable.EndsOf(new string('\n', 10_000)).Length, 400, 410);
    }

    private static void RequireShown(string text) =>
        Assert.All(text.EnumerateRunes(), rune =>
            Assert.True(
                Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.Surrogate
                    ),
                $"U+{rune.Value:X4} is there"
            )
        );
}
