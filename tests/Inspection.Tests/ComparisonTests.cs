using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>What two builds have otherwise must be explained, and what is explained must differ.</summary>
public sealed class ComparisonTests : IDisposable
{
    private static readonly ComparedCount[] Both = [new(Platform.LinuxAmd64, 3, 1), new(Platform.LinuxArm64, 3, 1)];

    private readonly AssemblyFixture _shop = new();

    [Fact]
    public void Two_builds_that_are_the_same_agree()
    {
        Assert.True(Comparison.Of("tiny", [.. Both], [], Entries("differences: []")).Agrees);
    }

    [Fact]
    public void A_difference_without_a_reason_is_unexplained_and_one_with_a_reason_is_not()
    {
        ImmutableArray<ExcusedDifference> entries = Entries("differences: [{ path: /etc/x, reason: comments }]");
        ImageDifference[] differences = [.. Both.Select(both => File(both.Platform, "/etc/x")), File(Platform.LinuxAmd64, "/etc/y")];
        Comparison comparison = Comparison.Of("tiny", [.. Both], differences, entries);
        Assert.False(comparison.Agrees);
        Assert.Equal("/etc/y", Assert.Single(comparison.Unexplained).Name);
        Assert.Equal(["comments", "comments"], comparison.Excused.Select(one => one.Reason));
        Assert.Empty(comparison.Idle);
    }

    [Fact]
    public void A_reason_for_what_does_not_differ_is_told_for_each_platform_with_its_place()
    {
        ImmutableArray<ExcusedDifference> entries = Entries(
            "differences:\n  - { path: /etc/x, reason: comments }\n  - { path: /etc/z, reason: none, platforms: [linux/arm64] }"
        );
        Comparison comparison = Comparison.Of("tiny", [.. Both], [File(Platform.LinuxAmd64, "/etc/x")], entries);
        Assert.Equal(
            [
                "images/tiny/compare.yaml:2:13: nothing differs at /etc/x on linux/arm64",
                "images/tiny/compare.yaml:3:13: nothing differs at /etc/z on linux/arm64",
            ],
            comparison.Idle
        );
        Assert.False(comparison.Agrees);
    }

    [Fact]
    public void Parser_and_schema_know_the_same_keys()
    {
        JsonElement schema = JsonDocument.Parse(System.IO.File.ReadAllBytes(SourceTree.At("images", "compare.schema.json"))).RootElement;
        JsonElement entry = schema.GetProperty("properties").GetProperty("differences").GetProperty("items");
        Assert.Equal(Keys(schema), Known("differences: []\nunknown: x"));
        Assert.Equal(Keys(entry), Known("differences: [{ path: /etc/x, reason: y, unknown: x }]"));

        static string[] Keys(JsonElement map)
        {
            Assert.False(map.GetProperty("additionalProperties").GetBoolean());
            return [.. map.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
        }

        string[] Known(string yaml) =>
            Regex
                .Match(Assert.Throws<DefinitionException>(() => Entries(yaml)).Message, "unknown key 'unknown'; wanted one of (.*)$")
                .Groups[1]
                .Value.Split(", ");
    }

    [Theory]
    [InlineData("kubelet")]
    [InlineData("flannel-cni")]
    public void The_real_files_are_sound_and_name_the_schema(string image)
    {
        Assert.NotEmpty(CompareFile.Read(ImageDefinitionFile.Read(SourceTree.At("images", image))));
        Assert.StartsWith(
            "# yaml-language-server: $schema=../compare.schema.json\n",
            System.IO.File.ReadAllText(SourceTree.At("images", image, CompareFile.FileName)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("package")]
    [InlineData("config")]
    [InlineData("platform")]
    public void Packages_configuration_and_platforms_are_never_excused(string kind)
    {
        ImageDifference difference = File(Platform.LinuxAmd64, "/etc/x") with { Kind = kind };
        Assert.Same(
            difference,
            Assert.Single(
                Comparison.Of("tiny", [.. Both], [difference], Entries("differences: [{ path: /etc/**, reason: any }]")).Unexplained
            )
        );
    }

    [Theory]
    [InlineData("", "wanted one document")]
    [InlineData("differences: x", "wanted a list")]
    [InlineData("other: []", "unknown key 'other'")]
    [InlineData("differences: [x]", "wanted a map")]
    [InlineData("differences: [{ path: /etc/x }]", "'reason' is missing")]
    [InlineData("differences: [{ path: /etc/x, reason: '' }]", "'reason' wanted a text")]
    [InlineData("differences: [{ reason: x }]", "'path' is missing")]
    [InlineData("differences: [{ path: etc/x, reason: x }]", "wanted an absolute path")]
    [InlineData("differences: [{ path: /etc/../x, reason: x }]", "wanted a path without")]
    [InlineData("differences: [{ path: /**, reason: x }]", "would match any path")]
    [InlineData("differences: [{ path: /*/x, reason: x }]", "would match any path")]
    [InlineData("differences: [{ path: /etc/x, reason: x, platforms: [linux/386] }]", "is not a platform of the image")]
    [InlineData("differences: [{ path: /etc/x, reason: x, unknown: y }]", "unknown key 'unknown'")]
    [InlineData("differences: [{ path: /etc/x, reason: x }, { path: /etc/x, reason: y }]", "/etc/x is listed twice")]
    [InlineData("differences: [{ path: /etc/x, reason: x }\n", "images/tiny/compare.yaml:")]
    public void A_file_that_is_wrong_is_refused_with_its_place(string yaml, string text)
    {
        DefinitionException e = Assert.Throws<DefinitionException>(() => Entries(yaml));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("images/tiny/compare.yaml:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_without_the_file_is_told_so() =>
        Assert.Contains(
            "images/tiny/compare.yaml is missing",
            Assert.Throws<DefinitionException>(() => CompareFile.Read(_shop.Definition())).Message,
            StringComparison.Ordinal
        );

    public void Dispose() => _shop.Dispose();

    private static ImageDifference File(Platform platform, string path) => new(platform, ImageDifference.File, path, "added", "", "- 0644");

    private ImmutableArray<ExcusedDifference> Entries(string yaml)
    {
        System.IO.File.WriteAllText(Path.Combine(_shop.Folder, CompareFile.FileName), yaml);
        return CompareFile.Read(_shop.Definition());
    }
}
