using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Vex.Tests;

/// <summary>What <c>vex.yaml</c> may say, and where a mistake is told to be.</summary>
public sealed class VexFileTests
{
    private const string Statement =
            "id: CVE-2026-1, package: tiny, status: not_affected, justification: component_not_present, reason: r, date: 2026-01-02",
        Rule = "id: CVE-2026-1, package: tiny, paths: [/usr/bin/x], justification: component_not_present, reason: r, date: 2026-01-02";

    private static readonly JsonElement Schema = JsonDocument
        .Parse(File.ReadAllBytes(SourceTree.At("images", "vex.schema.json")))
        .RootElement;

    [Theory]
    [InlineData("statemens: []", "1:1: unknown key 'statemens'; did you mean 'statements'?")]
    [InlineData("statements: []", "1:13: wanted 1 to 10000 entries under 'statements' and 'rules', got 0")]
    [InlineData("rules: x", "1:8: 'rules' wanted a list, got 'x'")]
    [InlineData("statements: [{ id: CVE-1, pakage: x }]", "1:27: unknown key 'pakage'; did you mean 'package'?")]
    [InlineData("statements: [{ id: CVE-2026-1, package: Tiny }]", "1:41: 'package' wanted the name of a Debian package or a package URL")]
    [InlineData("statements: [{ id: CVE-2026-1, package: \"pkg:x\" }]", "1:41: 'package' wanted")]
    [InlineData(
        "statements: [{ id: \"CVE 1\", package: tiny }]",
        "1:20: 'id' wanted the name of an advisory as CVE-2026-12345, got 'CVE 1'"
    )]
    [InlineData("statements: [{ id: CVE-2026-1, aliases: [\"\\e[2J\"], package: tiny }]", "1:42: 'aliases' wanted the name of an advisory")]
    [InlineData(
        "rules: [{ id: CVE-2026-1, package: tiny, reason: r, date: 2026-02-30 }]",
        "1:59: 'date' wanted a day as 2026-11-30, got '2026-02-30'"
    )]
    [InlineData("rules: [{ id: CVE-2026-1, package: tiny, reason: ' ' }]", "1:50: 'reason' wanted text, got only blanks")]
    [InlineData(
        "rules: [{ id: CVE-2026-1, package: tiny, reason: r, date: 2026-01-02, platforms: [linux/s390x] }]",
        "1:83: 'linux/s390x' is not a platform of the image"
    )]
    [InlineData(
        "statements: [{ id: CVE-2026-1, package: tiny, reason: r, date: 2026-01-02, status: safe }]",
        "1:84: 'status' wanted one of affected, under_investigation, fixed, not_affected, got 'safe'"
    )]
    public void A_mistake_is_told_with_its_place(string text, string complaint) =>
        Assert.StartsWith($"images/tiny/vex.yaml:{complaint}", Refused(text), StringComparison.Ordinal);

    [Theory]
    [InlineData(", justification: component_not_present", "", "'justification' is missing; wanted one of component_not_present, ")]
    [InlineData("status: not_affected", "status: fixed", "1:77: 'justification' is for status not_affected, not for fixed")]
    [InlineData(
        "status: not_affected, justification: component_not_present",
        "status: affected",
        "'action' is missing; say what users can do"
    )]
    [InlineData("reason: r", "reason: r, action: a", "'action' is for status affected, not for not_affected")]
    [InlineData("justification: component_not_present", "justification: none", "'justification' wanted one of component_not_present, ")]
    [InlineData("reason: r", "reason: \"LONG\"", "'reason' wanted at most 4096 characters, got 5000")]
    public void Status_justification_and_action_fit_each_other(string what, string with, string complaint) =>
        Assert.Contains(
            complaint,
            Refused(
                $"statements: [{{ {Statement.Replace(what, with, StringComparison.Ordinal).Replace("LONG", new string('x', 5000), StringComparison.Ordinal)} }}]"
            ),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("[/usr/bin/x]", "[]", "'paths' wanted one at least, got an empty list")]
    [InlineData("[/usr/bin/x]", "[usr]", "1:50: pattern 'usr': wanted an absolute path of the image")]
    [InlineData("[/usr/bin/x]", "[/usr/a**]", "'**' wanted alone between slashes")]
    [InlineData("[/usr/bin/x]", "[\"/usr/{arch}\"]", "wanted no braces except {multiarch}")]
    [InlineData(
        "component_not_present",
        "inline_mitigations_already_exist",
        "wanted one of component_not_present, vulnerable_code_not_present, got"
    )]
    [InlineData("reason: r", "reason: r, status: fixed", "unknown key 'status'")]
    public void A_rule_proves_by_paths_alone(string what, string with, string complaint) =>
        Assert.Contains(
            complaint,
            Refused($"rules: [{{ {Rule.Replace(what, with, StringComparison.Ordinal)} }}]"),
            StringComparison.Ordinal
        );

    [Fact]
    public void One_flaw_in_one_package_is_judged_once_for_a_platform()
    {
        string other = Rule.Replace("id: CVE-2026-1", "id: GHSA-x, aliases: [cve-2026-1]", StringComparison.Ordinal);
        Assert.Equal(
            "images/tiny/vex.yaml:2:15: cve-2026-1 in tiny is judged twice; the first time at images/tiny/vex.yaml:1:20",
            Refused($"statements: [{{ {Statement} }}]\nrules: [{{ {other} }}]")
        );
        Assert.Equal(2, Read($"rules: [{{ {Rule}, platforms: [linux/amd64] }}, {{ {Rule}, platforms: [linux/arm64] }}]")!.Value.Length);
    }

    [Fact]
    public void An_image_needs_no_judgements_and_a_link_to_nothing_is_none()
    {
        using AssemblyFixture shop = new();
        Assert.Null(VexFile.Read(shop.Definition()));
        File.CreateSymbolicLink(Path.Combine(shop.Folder, VexFile.Name), "nothing");
        Assert.Throws<DefinitionException>(() => VexFile.Read(shop.Definition()));
    }

    [Theory]
    [InlineData("statements: &a [*a]", "anchors are not supported")]
    [InlineData("!!python/object:os.system x", "tags are not supported")]
    [InlineData("[[[[[[[[[[[[[[[[[[", "nested deeper than 16 levels")]
    [InlineData("a: 1\n---\nb: 2", "wanted one document, got 2")]
    public void Hostile_YAML_is_named(string text, string complaint) => Assert.Contains(complaint, Refused(text), StringComparison.Ordinal);

    [Fact]
    public void More_entries_than_anybody_judges_are_refused() =>
        Assert.Contains(
            "got 10001",
            Refused(
                "statements:\n"
                    + string.Concat(
                        Enumerable
                            .Range(0, 10_001)
                            .Select(i => $"- {{id: C-{i}, package: ab, status: fixed, reason: r, date: 2026-01-02}}\n")
                    )
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void Parser_and_schema_know_the_same_keys()
    {
        Assert.Equal(Known("unknown: x"), Keys(Schema));
        JsonElement lists = Schema.GetProperty("properties");
        Assert.Equal(Known($"statements: [{{ {Statement}, unknown: x }}]"), Keys(lists.GetProperty("statements").GetProperty("items")));
        Assert.Equal(Known($"rules: [{{ {Rule}, unknown: x }}]"), Keys(lists.GetProperty("rules").GetProperty("items")));
    }

    [Fact]
    public void The_real_judgements_are_sound()
    {
        foreach (string name in ImageDefinitionFile.Names(SourceTree.At("images")))
        {
            string path = SourceTree.At("images", name, VexFile.Name);
            if (VexFile.Read(ImageDefinitionFile.Read(SourceTree.At("images", name))) is not null)
                Assert.StartsWith("# yaml-language-server: $schema=../vex.schema.json\n", File.ReadAllText(path), StringComparison.Ordinal);
        }
    }

    private static string[] Keys(JsonElement map)
    {
        Assert.False(map.GetProperty("additionalProperties").GetBoolean());
        return [.. map.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
    }

    private static string[] Known(string text) =>
        Regex.Match(Refused(text), "unknown key 'unknown'; wanted one of (.*)$").Groups[1].Value.Split(", ");

    private static ImmutableArray<VexEntry>? Read(string text)
    {
        using AssemblyFixture shop = new();
        File.WriteAllText(Path.Combine(shop.Folder, VexFile.Name), text);
        return VexFile.Read(shop.Definition());
    }

    private static string Refused(string text)
    {
        string message = Assert.Throws<DefinitionException>(() => Read(text)).Message;
        Assert.StartsWith("images/tiny/vex.yaml:", message, StringComparison.Ordinal);
        return message;
    }
}
