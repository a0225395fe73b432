using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning.Tests;

/// <summary>The rules of SARIF 2.1.0 and of GitHub's code scanning, one by one.</summary>
public sealed class SarifLogTests
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    [Fact]
    public void A_log_has_the_version_and_schema_of_the_specification_and_a_run_for_each_image()
    {
        JsonElement log = Log(Findings("a", Of("CVE-1", SeverityLevel.High)), Findings("b"));
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        Assert.EndsWith("/sarif-schema-2.1.0.json", log.GetProperty("$schema").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["slipway-scan/a/", "slipway-scan/b/"],
            log.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("automationDetails").GetProperty("id").GetString())
        );
        // An empty list says that it was looked (3.14.23); null would say that it was not.
        Assert.Equal(0, log.GetProperty("runs")[1].GetProperty("results").GetArrayLength());
    }

    [Fact]
    public void Every_result_names_a_rule_of_its_run_by_name_and_place_and_a_rule_stands_once()
    {
        JsonElement run = Log(
                Findings("a", Of("CVE-2", SeverityLevel.Low), Of("CVE-1", SeverityLevel.High), Of("CVE-2", SeverityLevel.High, "other"))
            )
            .GetProperty("runs")[0];
        JsonElement[] rules = [.. run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()];
        Assert.Equal(["CVE-1", "CVE-2"], rules.Select(rule => rule.GetProperty("id").GetString()));
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
            Assert.Equal(
                result.GetProperty("ruleId").GetString(),
                rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString()
            );
        // Of several findings of one rule the worst counts.
        Assert.Equal("8.0", rules[1].GetProperty("properties").GetProperty("security-severity").GetString());
        Assert.Equal(
            3,
            run.GetProperty("results")
                .EnumerateArray()
                .Select(result => result.GetProperty("partialFingerprints").GetProperty("slipwayFinding/v1").GetString())
                .Distinct()
                .Count()
        );
    }

    [Theory]
    [InlineData(SeverityLevel.Critical, "error")]
    [InlineData(SeverityLevel.High, "error")]
    [InlineData(SeverityLevel.Medium, "warning")]
    [InlineData(SeverityLevel.Unknown, "warning")]
    [InlineData(SeverityLevel.Low, "note")]
    [InlineData(SeverityLevel.Negligible, "note")]
    public void The_level_follows_the_severity(SeverityLevel severity, string level) =>
        Assert.Equal(level, Result(Of("CVE-1", severity)).GetProperty("level").GetString());

    [Fact]
    public void What_is_unimportant_or_judged_not_to_matter_is_a_note_and_the_judged_one_is_suppressed()
    {
        Finding finding = Of("CVE-1", SeverityLevel.Critical);
        Assert.Equal("note", Result(finding with { Status = AdvisoryStatus.Unimportant }).GetProperty("level").GetString());
        VexVerdict verdict = new()
        {
            Status = VexStatus.NotAffected,
            Justification = VexJustification.ComponentNotPresent,
            Reason = "left out",
            Timestamp = DateTimeOffset.UnixEpoch,
        };
        JsonElement judged = Result(finding with { Judgement = verdict });
        JsonElement suppression = Assert.Single(judged.GetProperty("suppressions").EnumerateArray());
        Assert.Equal("external", suppression.GetProperty("kind").GetString());
        Assert.Equal("not_affected (component_not_present): left out", suppression.GetProperty("justification").GetString());
        Assert.Equal("note", judged.GetProperty("level").GetString());
        JsonElement affected = Result(finding with { Judgement = verdict with { Status = VexStatus.Affected, Justification = null } });
        Assert.False(affected.TryGetProperty("suppressions", out _));
        Assert.Equal("error", affected.GetProperty("level").GetString());
    }

    [Fact]
    public void Foreign_text_makes_no_link_no_line_and_no_address()
    {
        Finding hostile = Of("CVE-1\n[x](http://evil)", SeverityLevel.High) with { Summary = "[a](javascript:1)\nb\\" };
        JsonElement run = Log(Findings("a b/[c]", hostile)).GetProperty("runs")[0];
        string text = run.GetProperty("tool")
            .GetProperty("driver")
            .GetProperty("rules")[0]
            .GetProperty("shortDescription")
            .GetProperty("text")
            .GetString()!;
        Assert.DoesNotContain('\n', text);
        Assert.Contains(@"\[a\](javascript:1)", text, StringComparison.Ordinal);
        string uri = run.GetProperty("results")[0]
            .GetProperty("locations")[0]
            .GetProperty("physicalLocation")
            .GetProperty("artifactLocation")
            .GetProperty("uri")
            .GetString()!;
        Assert.True(Uri.IsWellFormedUriString(uri, UriKind.Relative), uri);
        Assert.True(
            Uri.IsWellFormedUriString(
                run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[0].GetProperty("helpUri").GetString(),
                UriKind.Absolute
            )
        );
    }

    private static JsonElement Result(Finding finding) => Log(Findings("a", finding)).GetProperty("runs")[0].GetProperty("results")[0];

    private static JsonElement Log(params ImageFindings[] images) => JsonDocument.Parse(SarifLog.ToBytes(images)).RootElement;

    private static ImageFindings Findings(string image, params ImmutableArray<Finding> findings) =>
        new(new SoftwareInventory(image, "test", []), findings);

    private static Finding Of(string id, SeverityLevel severity, string package = "bash") =>
        new()
        {
            Id = id,
            Ecosystem = PackageEcosystem.Debian,
            Package = package,
            Version = "1",
            Places = [new FindingPlace(Amd64, null, null)],
            Severity = new AdvisorySeverity(severity, "test"),
        };
}
