using Slipway.Testing;

namespace Slipway.Debian.Tests;

/// <summary>Which of two providers is taken. Every expectation is what apt 2.6.1 answered to the same stanzas.</summary>
public class ProviderOrderTests
{
    [Theory]
    [InlineData("Priority: optional", "Priority: required", "p2")]
    [InlineData("Priority: optional", "Priority: extra", "p1")]
    [InlineData("Priority: extra", "Priority: unheard-of", "p2")]
    [InlineData("", "Priority: required", "p1")]
    [InlineData("Priority: extra; Important: yes", "Priority: required", "p1")]
    [InlineData("Priority: extra; Protected: yes", "Priority: required", "p1")]
    [InlineData("Priority: extra; Important: yes; Protected: no", "Priority: required", "p2")]
    [InlineData("Priority: extra; Protected: yes", "Priority: extra; Essential: yes", "p2")]
    public void Essential_then_important_then_priority_decides(string first, string second, string taken) =>
        Assert.Equal(taken, Taken("", first, second));

    [Theory]
    [InlineData("Pre-Depends: p2")]
    [InlineData("Depends: p2 (>= 7) | zz")]
    [InlineData("Depends: zz,\n p2")]
    [InlineData("Conflicts: p2 (<< 1)")]
    [InlineData("Breaks: p2")]
    [InlineData("Recommends: zz|p2")]
    [InlineData("Suggests: zz, p2(= 1), p1")]
    [InlineData("Replaces: p2")]
    [InlineData("Enhances: p2")]
    [InlineData("Provides: p2")]
    [InlineData("Suggests: p2:native")]
    [InlineData("Conflicts: p2:arm64")]
    [InlineData("Recommends: p1; Depends: p2")]
    public void Among_those_alike_the_one_is_taken_whose_name_is_mentioned_first_after_the_others(string fields) =>
        Assert.Equal("p1", Taken(fields));

    [Theory]
    [InlineData("")]
    [InlineData("Source: p2 (1)")]
    [InlineData("Section: p2")]
    [InlineData("Suggests: p2:any")]
    [InlineData("Conflicts: p2:any")]
    [InlineData("Suggests: p2:amd64")]
    [InlineData("Depends: p2x, xp2, p2.1, zz (= p2)")]
    [InlineData("Provides: p2; Suggests: p1")]
    [InlineData("Depends: p1, p2")]
    public void What_is_no_mention_or_not_the_first_does_not_count(string fields) => Assert.Equal("p2", Taken(fields));

    [Fact]
    public void The_suites_are_read_one_after_the_other()
    {
        PackageIndex first = Archive.Index("trixie", Archive.Stanza("p2", "1"), Archive.Stanza("a1", "1", "Depends: v1"));
        PackageIndex second = Archive.Index(
            "trixie-updates",
            Archive.Stanza("p1", "1", "Provides: v1"),
            Archive.Stanza("p2", "2", "Provides: v1")
        );
        Assert.Equal("a1 p1", Archive.Names(new DependencyResolver([first, second]).Resolve(["a1"], false)));
        Assert.Equal("a1 p2", Archive.Names(new DependencyResolver([second, first]).Resolve(["a1"], false)));
    }

    [Fact]
    public void Three_that_are_alike_are_tried_from_the_last_mentioned_on()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("p3", "1", "Provides: v1; Depends: missing"),
            Archive.Stanza("m1", "1", "Suggests: p1"),
            Archive.Stanza("p2", "1", "Provides: v1; Depends: missing"),
            Archive.Stanza("p1", "1", "Provides: v1"),
            Archive.Stanza("a1", "1", "Depends: v1")
        );
        Assert.Equal(
            ["p2", "p1", "p3"],
            new PackageCandidates([index]).Meeting(new PackageRelation { Name = "v1" }).Select(package => package.Name)
        );
        Assert.Equal("a1 p1", Archive.Names(Archive.Resolve(index, "a1")));
    }

    /// <summary>The provider that is taken: p1 and p2 follow each other after a stanza with the given fields.</summary>
    private static string Taken(string fields, string first = "", string second = "")
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("m1", "1", fields),
            Archive.Stanza("p1", "1", $"Provides: v1; {first}".TrimEnd(' ', ';')),
            Archive.Stanza("p2", "1", $"Provides: v1; {second}".TrimEnd(' ', ';')),
            Archive.Stanza("a1", "1", "Depends: v1")
        );
        return Archive.Names(Archive.Resolve(index, "a1")).Split(' ')[1];
    }
}
