using System.Xml.Linq;
using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class PlanTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Odd : Recorded
    {
        [Parameter("Secret <one>")]
        [Secret]
        public string Password { get; } = "hunter2-hunter2";

        public Target First => _ => _.Description("""Takes <b>"quotes"</b> & 'more'""").Executes(() => Record("First"));
        public Target Second => _ => _.DependsOn(First).Triggers(Third).Executes(() => Record("Second"));
        public Target Third => _ => _.After(First).Executes(() => Record("Third"));
        public Target Apart => _ => _.After(Third).ProceedAfterFailure().AssuredAfterFailure();
        public Target Hidden => _ => _.Unlisted();
    }

    private XElement Page()
    {
        string text = _run.Files.Read(".nuke/temp/execution-plan.html");
        Assert.StartsWith("<!DOCTYPE html>\n", text, StringComparison.Ordinal);
        return XDocument.Parse(text).Root!;
    }

    [Fact]
    public void It_is_printed_where_no_browser_shows_it_and_nothing_runs()
    {
        Assert.Equal(0, _run.Of<Odd>(x => x.Second, "--plan"));
        Assert.Empty(Recorded.Ran);
        Assert.Equal(
            """
            ./build.sh runs:
               1. First
               2. Second  depends on First
               3. Third   after First; triggered by Second

            Other targets:
                  Apart   after Third; runs after a failure too; the run continues after its failure

            """,
            _run.Output
        );
        Assert.Equal("", _run.Log);
    }

    [Fact]
    public void In_a_browser_it_is_a_page_and_standard_output_stays_empty()
    {
        _run.HasBrowser = true;
        Assert.Equal(0, _run.Of<Odd>(x => x.First, "Second", "--plan"));
        Assert.Equal("", _run.Output);
        Assert.Equal(Path.Combine(_run.Root, ".nuke/temp/execution-plan.html"), _run.ShownPage);
        Assert.Contains("./build.sh Second: target graph", Page().Element("head")!.Element("title")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere_and_runs_no_script()
    {
        _run.Of<Odd>(x => x.Second, "--plan");
        XElement page = Page();
        string[] outside = ["script", "img", "link", "iframe", "object", "image", "use"];
        Assert.DoesNotContain(page.Descendants(), x => outside.Contains(x.Name.LocalName));
        Assert.DoesNotContain(page.Descendants().Attributes(), x =>
            x.Name.LocalName is "href" or "src" || x.Name.LocalName.StartsWith("on", StringComparison.Ordinal)
        );
        string style = page.Descendants("style").Single().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", style, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("meta"), x =>
            x.Attribute("content")?.Value.StartsWith("default-src 'none'", StringComparison.Ordinal) == true
        );
    }

    [Fact]
    public void The_drawing_has_a_box_per_target_and_an_arrow_per_reason_to_wait()
    {
        _run.Of<Odd>(x => x.Second, "--plan");
        XElement svg = Page().Descendants().Single(x => x.Name.LocalName == "svg");
        var boxes = svg.Elements().Where(x => x.Name.LocalName == "g").ToList();
        Assert.Equal(
            ["1 First", "2 Second", "3 Third", "Apart"],
            boxes.Select(x => x.Elements().Single(y => y.Name.LocalName == "text").Value)
        );
        Assert.Equal(["target in", "target in", "target in", "target out"], boxes.Select(x => x.Attribute("class")!.Value));
        Assert.Equal(
            ["edge needs", "edge triggers", "edge order faint"],
            svg.Elements().Where(x => x.Name.LocalName == "path").Select(x => x.Attribute("class")!.Value)
        );
    }

    [Fact]
    public void Boxes_do_not_overlap_and_arrows_lead_down()
    {
        _run.Of<Odd>(x => x.Second, "--plan");
        var boxes = Page()
            .Descendants()
            .Where(x => x.Name.LocalName == "rect")
            .Select(x =>
                (
                    X: Number(x, "x"),
                    Y: Number(x, "y"),
                    Right: Number(x, "x") + Number(x, "width"),
                    Bottom: Number(x, "y") + Number(x, "height")
                )
            )
            .ToList();
        Assert.DoesNotContain(boxes, a => boxes.Any(b => a != b && a.X < b.Right && b.X < a.Right && a.Y < b.Bottom && b.Y < a.Bottom));
        Assert.All(boxes, x => Assert.True(x is { X: >= 0, Y: >= 0 }));

        static double Number(XElement element, string name) =>
            double.Parse(element.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Descriptions_are_text_and_never_markup()
    {
        _run.Of<Odd>(x => x.Second, "--plan");
        Assert.Contains(Page().Descendants("td"), x => x.Value.StartsWith("""Takes <b>"quotes"</b> & 'more'""", StringComparison.Ordinal));
    }

    [Fact]
    public void Neither_form_shows_a_secret()
    {
        _run.Variables["SLIPWAY_PASSWORD"] = "hunter3-hunter3";
        _run.Of<Odd>(x => x.Second, "--plan");
        Assert.DoesNotContain(
            "hunter",
            _run.Output + _run.Log + _run.Files.Read(".nuke/temp/execution-plan.html"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_printed_instead()
    {
        _run.Files.Write(".nuke/temp", "a file where the folder should be");
        _run.HasBrowser = true;
        Assert.Equal(0, _run.Of<Odd>(x => x.First, "--plan"));
        Assert.StartsWith("./build.sh runs:\n   1. First\n", _run.Output, StringComparison.Ordinal);
        Assert.Contains("cannot be written", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_target_is_wrong_use() => Assert.Equal(64, _run.Of<Odd>(x => x.First, "Secnd", "--plan"));
}
