using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;

namespace Slipway.Pages.Tests;

/// <summary>The report says what the records say, needs nothing else, and takes no orders from what others wrote.</summary>
public sealed partial class ReportPageTests
{
    [Fact]
    public void Every_digest_tag_and_registry_of_the_record_is_on_the_page_and_no_other_digest()
    {
        ReportedImage image = Reported.Image();

        string page = PageOf(image);

        Assert.Equal(
            image.Facts.Record.Subjects.Select(subject => $"<code>{subject}</code>").Order(StringComparer.Ordinal),
            Digests().Matches(page).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal)
        );
        foreach ((string repository, var tags) in image.Facts.Record.Tags)
        {
            Assert.Contains($"<code>{repository}@{image.Facts.Image.Index.Digest}</code>", page, StringComparison.Ordinal);
            foreach ((string tag, Digest digest) in tags)
            {
                AssembledPlatform? platform = image.Facts.Image.Platforms.FirstOrDefault(platform => platform.Manifest.Digest == digest);
                Assert.Contains(
                    $"<tr><th scope=\"row\"><code>{tag}</code></th><td>{platform?.Platform.ToString() ?? "all platforms"}</td><td>yes</td><td>yes</td></tr>",
                    page,
                    StringComparison.Ordinal
                );
            }
        }
    }

    [Fact]
    public void Known_vulnerabilities_are_counted_and_listed_with_what_is_judged_and_only_where_somebody_looked()
    {
        ReportedImage image = Reported.Image();
        string page = PageOf(image);
        Assert.Contains("Advisories knew 1 high, 1 low, and 1 that the image is judged not to have.", page, StringComparison.Ordinal);
        Assert.Contains(
            "<th scope=\"row\">CVE-2026-0002</th><td>bash</td><td>5.2</td><td>high</td><td>5.3</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("not_affected: not there", page, StringComparison.Ordinal);
        Assert.DoesNotContain("CVE-2026-0004", page, StringComparison.Ordinal);
        Assert.Contains("And 1 more", page, StringComparison.Ordinal);
        Assert.Contains(
            "Advisories knew none.",
            PageOf(image with { Facts = image.Facts with { Weaknesses = [] } }),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "vulnerabilities",
            PageOf(image with { Facts = image.Facts with { Weaknesses = null } }),
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public void A_tag_that_one_registry_lacks_and_a_release_that_does_not_verify_are_told()
    {
        ReportedImage image = Reported.Image();
        var record = image.Facts.Record;
        var lacking = record.Tags.SetItem("docker.io/mirror/tiny", record.Tags["docker.io/mirror/tiny"].Remove("v1.0.0"));

        string page = PageOf(
            image with
            {
                Facts = image.Facts with { Record = record with { Tags = lacking } },
                Verdicts = [image.Verdicts[0], Failing(image.Verdicts[1])],
                Inspection = image.Inspection with
                {
                    Passed = false,
                    Violations = [new Violation("tiny", Platform.LinuxAmd64, "/x", "setuid", "wanted no setuid", "Leave it out")],
                },
            }
        );

        Assert.Contains(
            "<code>v1.0.0</code></th><td>all platforms</td><td>yes</td><td><span class=\"no\">no</span></td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<span class=\"bad\">NOT verified</span> a stripped signature", page, StringComparison.Ordinal);
        Assert.Contains(
            "<code>/x</code></th><td>setuid</td><td class=\"text\">wanted no setuid</td><td class=\"text\">Leave it out</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<dt>Contract</dt><dd><span class=\"bad\">broken</span>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("</style></title></script><svg onload=alert(1)>")]
    [InlineData("<!--")]
    [InlineData("]]>&lt;b&gt;")]
    [InlineData("\u202Egnp.exe")]
    public void A_text_of_others_makes_no_element_attribute_or_script(string hostile)
    {
        string plain = PageOf(Reported.Image("x")),
            page = PageOf(Reported.Image(hostile));

        Assert.Equal(Tags(plain), Tags(page));
        Assert.DoesNotContain(hostile, page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
    }

    [Fact]
    public void Only_the_page_s_own_style_and_script_are_allowed_and_nothing_is_loaded()
    {
        string page = PageOf(Reported.Image());

        string policy = Regex.Match(page, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        Assert.Equal(
            $"default-src 'none'; style-src '{HashOf(page, "style")}'; script-src '{HashOf(page, "script")}'; base-uri 'none'; "
                + "form-action 'none'",
            policy
        );
        Assert.Single(Regex.Matches(page, "<script"));
        Assert.Single(Regex.Matches(page, "<style"));
        Assert.DoesNotMatch(@"\s(?:src|srcset|action|data|poster|style|on\w+)=", page);
        Assert.All(Regex.Matches(page, " href=\"([^\"]*)\""), link => Assert.StartsWith("#", link.Groups[1].Value));
        Assert.DoesNotMatch(@"@import|url\(", page);
    }

    [Fact]
    public void Every_link_leads_to_an_element_and_no_id_stands_twice()
    {
        string page = PageOf(Reported.Image());

        string[] ids = [.. Regex.Matches(page, " id=\"([^\"]*)\"").Select(match => match.Groups[1].Value)];
        Assert.Equal(ids, ids.Distinct());
        Assert.Empty(
            Regex
                .Matches(page, " (?:href=\"#|aria-labelledby=\"|data-table=\"|for=\")([^\"]*)\"")
                .Select(match => match.Groups[1].Value)
                .Except(ids)
        );
    }

    /// <summary>A kubelet has less than 100 packages of Debian and some 300 modules of Go.</summary>
    [Fact]
    public void A_page_of_an_image_with_a_thousand_packages_and_a_small_one_stays_below_a_megabyte() =>
        Assert.InRange(new ReportPage([Reported.Image("", 1000), Reported.Image("", 50)]).ToBytes().Length, 300_000, 1_000_000);

    [Fact]
    public void A_package_that_both_platforms_have_is_one_row_and_one_of_a_single_platform_says_where()
    {
        ReportedImage image = Reported.Image();
        ReportedPlatform arm = image.Platforms[1];
        var packages = arm.Sbom.Packages;
        int first = packages.IndexOf(packages.First(package => package.Name == "p0"));

        string page = PageOf(
            image with
            {
                Platforms =
                [
                    image.Platforms[0],
                    arm with
                    {
                        Sbom = arm.Sbom with { Packages = packages.SetItem(first, packages[first] with { Version = "1.0-2" }) },
                    },
                ],
            }
        );

        Assert.Contains(Row("p0", "1.0-1", "amd64", "1 kB"), page, StringComparison.Ordinal);
        Assert.Contains(Row("p0", "1.0-2", "arm64", "1 kB"), page, StringComparison.Ordinal);
        Assert.Contains(Row("p1", "1.0-1", "all", "2 kB"), page, StringComparison.Ordinal);
        Assert.Contains("<caption>5 packages of the SBOMs</caption>", page, StringComparison.Ordinal);
    }

    private static string Row(string name, string version, string platforms, string size) =>
        $"<tr><th scope=\"row\">{name}</th><td>{version}</td><td>Debian</td><td class=\"text\">GPL-2.0-or-later</td><td>{platforms}</td>"
        + $"<td class=\"number\">{size}</td></tr>";

    private static Verification.PlaceVerdict Failing(Verification.PlaceVerdict verdict) =>
        Verification.PlaceVerdict.Of(
            verdict.Result! with
            {
                Subjects =
                [
                    verdict.Result.Subjects[0] with
                    {
                        Failure = Trust.FailureReason.ManifestMissing,
                        Text = "a stripped signature",
                    },
                ],
            }
        );

    private static string PageOf(ReportedImage image) =>
        new ReportPage([image])
        {
            Timeline = new Timeline([new TimedStep("Fetch", image.Facts.Description, TimeSpan.Zero, TimeSpan.FromSeconds(2))]),
        }.ToString();

    /// <summary>The names of all elements and of their attributes, in order.</summary>
    private static string[] Tags(string page) =>
        [
            .. Regex
                .Matches(page, "<(/?[a-zA-Z!][^\\s>]*)((?:[^>\"]|\"[^\"]*\")*)>")
                .Select(tag => tag.Groups[1].Value + Attributes(tag.Groups[2].Value)),
        ];

    private static string Attributes(string text) => Regex.Replace(text, "\"[^\"]*\"", "");

    private static string HashOf(string page, string element)
    {
        string content = Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
    }

    [GeneratedRegex("<code>sha256:[0-9a-f]{64}</code>")]
    private static partial Regex Digests();
}
