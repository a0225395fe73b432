using System.Collections.Immutable;
using Slipway.Debian;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Updates;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>What an update changes, as text for a pull request: complete, bounded, and nobody's words but ours format it.</summary>
public class UpdateMarkdownTests
{
    private static readonly UpdateReport Report = new()
    {
        Image = "kubelet",
        Version = "v1.36.5",
        Versions = [new VersionChange(null, ReleaseVersion.Parse("v1.36.4"), ReleaseVersion.Parse("v1.36.5"))],
        Packages = [Package("libc6", isSecurity: true, "CVE-2026-1")],
        Upstream = [],
        Sizes = [new PlatformSize(Platform.Parse("linux/amd64"), 1_500_000, 1_600_000)],
        Differences =
        [
            new ImageDifference(
                Platform.Parse("linux/amd64"),
                ImageDifference.File,
                "/usr/bin/x",
                "changed",
                "- 0755 0:0 1 aa",
                "- 0755 0:0 2 bb"
            ),
        ],
        NotCompared = "",
        Inspected = [new InspectedCount(Platform.Parse("linux/amd64"), 3, 2, 1)],
        NextTag = "kubelet/v1.36.5",
        HasAdvisories = true,
    };

    [Fact]
    public void Security_fixes_come_first_then_versions_packages_and_the_image()
    {
        string text = UpdateMarkdown.Of(Report);
        int[] places =
        [
            .. new[]
            {
                "## Security fixes",
                "`CVE-2026-1`",
                "## Versions",
                "## Packages",
                "## Image",
                "1.5 MB | 1.6 MB",
                "Files: 1 changed",
                "## What next",
                "`kubelet/v1.36.5`",
            }.Select(part => text.IndexOf(part, StringComparison.Ordinal)),
        ];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Equal(text, UpdateMarkdown.Of(Report));
    }

    [Fact]
    public void What_was_not_compared_says_why()
    {
        string text = UpdateMarkdown.Of(Report with { Differences = null, NotCompared = "kubelet: gone @everybody" });
        Assert.Contains("Not compared with the present image: `kubelet: gone @everybody`", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "`plain`")]
    [InlineData("a|b", "`a\\|b`")]
    [InlineData("`x` <b>@me #1", "`` `x` <b>@me #1 ``")]
    [InlineData("``", "``` `` ```")]
    [InlineData("line\nend\u001b[2J", "`line?end?[2J`")]
    [InlineData("", "")]
    public void A_text_of_others_is_code_on_one_line(string text, string wanted) => Assert.Equal(wanted, MarkdownText.Code(text));

    [Fact]
    public void However_much_differs_the_text_stays_below_what_GitHub_takes_and_still_says_what_next()
    {
        ImageDifference one = Report.Differences!.Value[0];
        string text = UpdateMarkdown.Of(
            Report with
            {
                Differences = [.. Enumerable.Range(0, 20_000).Select(i => one with { Name = $"/usr/share/{i}/{new string('x', 150)}" })],
                Packages =
                [
                    .. Enumerable
                        .Range(0, 2000)
                        .Select(i => Package($"package-{i}", true, [.. Enumerable.Range(0, 50).Select(cve => $"CVE-2026-{i}-{cve}")])),
                ],
            }
        );
        Assert.InRange(text.Length, 10_000, UpdateMarkdown.Longest);
        Assert.Contains(" more\n", text, StringComparison.Ordinal);
        Assert.Contains("## What next", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_title_says_what_changes()
    {
        VersionChange flannel = new("flannel", ReleaseVersion.Parse("v1.9.1-flannel1"), ReleaseVersion.Parse("v1.9.2-flannel1"));
        Assert.Equal("Update kubelet from v1.36.4 to v1.36.5", Report.Title);
        Assert.Equal("Update kubelet: flannel from v1.9.1-flannel1 to v1.9.2-flannel1", (Report with { Versions = [flannel] }).Title);
        Assert.Equal("Update kubelet v1.36.5 with 1 security update", (Report with { Versions = [] }).Title);
        Assert.Equal(
            "Update kubelet v1.36.5 with 2 packages",
            (Report with { Versions = [], Packages = [Package("a", false), Package("b", false)] }).Title
        );
        Assert.Equal("Update kubelet v1.36.5 with the lock", (Report with { Versions = [], Packages = [] }).Title);
    }

    private static PackageUpdate Package(string name, bool isSecurity, params string[] fixes) =>
        new(name, PackageChange.Newer, DebianVersion.Parse("1-1"), DebianVersion.Parse("1-2"), "trixie-security", ["amd64"])
        {
            IsSecurity = isSecurity,
            Fixes = [.. fixes],
        };
}
