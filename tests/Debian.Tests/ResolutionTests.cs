using Slipway.Testing;

namespace Slipway.Debian.Tests;

/// <summary>What a resolution does when packages exclude each other or cannot be had: who gives way, and what a person is told.</summary>
public class ResolutionTests
{
    [Fact]
    public void A_provider_that_conflicts_with_what_is_there_is_passed_over() =>
        Assert.Equal(
            "a1 p2 zz",
            Names(
                "a1 zz",
                Archive.Stanza("a1", "1", "Depends: v1"),
                Archive.Stanza("p3", "1", "Provides: v1; Breaks: zz"),
                Archive.Stanza("p2", "1", "Provides: v1"),
                Archive.Stanza("zz", "1")
            )
        );

    [Fact]
    public void An_alternative_that_something_there_conflicts_with_is_passed_over() =>
        Assert.Equal(
            "a1 two1 zz",
            Names(
                "a1 zz",
                Archive.Stanza("a1", "1", "Depends: one1 | two1"),
                Archive.Stanza("one1", "1"),
                Archive.Stanza("two1", "1"),
                Archive.Stanza("zz", "1", "Conflicts: one1")
            )
        );

    [Fact]
    public void An_alternative_is_passed_over_when_something_that_it_needs_cannot_be_had() =>
        Assert.Equal(
            "a1 two1",
            Names(
                "a1",
                Archive.Stanza("a1", "1", "Depends: one1 | two1"),
                Archive.Stanza("one1", "1", "Depends: deep1"),
                Archive.Stanza("deep1", "1", "Depends: nothing (>= 2)"),
                Archive.Stanza("two1", "1")
            )
        );

    [Fact]
    public void What_was_tried_and_is_not_needed_after_all_is_left_out() =>
        Assert.Equal(
            "a1 two1",
            Names(
                "a1",
                Archive.Stanza("a1", "1", "Depends: one1 | two1"),
                Archive.Stanza("one1", "1", "Depends: extra1, deep1"),
                Archive.Stanza("extra1", "1"),
                Archive.Stanza("deep1", "1", "Depends: nothing"),
                Archive.Stanza("two1", "1")
            )
        );

    [Fact]
    public void A_free_choice_gives_way_to_what_leaves_none() =>
        Assert.Equal(
            "a1 b1 hard1 two1",
            Names(
                "a1 b1",
                Archive.Stanza("a1", "1", "Depends: one1 | two1"),
                Archive.Stanza("one1", "1"),
                Archive.Stanza("two1", "1"),
                Archive.Stanza("b1", "1", "Depends: hard1"),
                Archive.Stanza("hard1", "1", "Conflicts: one1")
            )
        );

    [Fact]
    public void A_wanted_package_is_a_choice_made_wherever_it_stands() =>
        Assert.Equal(
            "a1 zz",
            Names(
                "a1 zz",
                Archive.Stanza("a1", "1", "Depends: one1 | two1 | zz"),
                Archive.Stanza("one1", "1"),
                Archive.Stanza("two1", "1"),
                Archive.Stanza("zz", "1")
            )
        );

    [Fact]
    public void A_need_is_followed_to_its_end_before_the_next_is_looked_at() =>
        Assert.Equal(
            "a1 b1 two1",
            Names(
                "a1",
                Archive.Stanza("a1", "1", "Depends: b1, one1 | two1"),
                Archive.Stanza("b1", "1", "Depends: two1"),
                Archive.Stanza("one1", "1"),
                Archive.Stanza("two1", "1")
            )
        );

    [Fact]
    public void Packages_that_need_each_other_end() =>
        Assert.Equal(
            "a1 b1 c1",
            Names(
                "a1",
                Archive.Stanza("a1", "1", "Depends: b1 | x1"),
                Archive.Stanza("b1", "1", "Pre-Depends: c1 | y1"),
                Archive.Stanza("c1", "1", "Depends: a1, b1")
            )
        );

    [Fact]
    public void A_deep_chain_is_told_from_what_is_wanted_to_what_is_missing() =>
        Assert.Equal(
            "arm64: kubelet-tools needs a1, which needs b1 (>= 2), which no suite of trixie has for arm64; the newest there: b1 1 (trixie)",
            Refusal(
                "kubelet-tools",
                Archive.Stanza("kubelet-tools", "1", "Depends: a1"),
                Archive.Stanza("a1", "1", "Depends: b1 (>= 2)"),
                Archive.Stanza("b1", "1")
            )
        );

    [Fact]
    public void Every_alternative_that_failed_is_told_with_its_reason() =>
        Assert.Equal(
            "arm64: top1 needs one1 | two1, where one1 needs gone1, which no suite of trixie has for arm64, "
                + "and two1 cannot be installed with zz 3",
            Refusal(
                "top1 zz",
                Archive.Stanza("top1", "1", "Depends: one1 | two1"),
                Archive.Stanza("one1", "1", "Depends: gone1"),
                Archive.Stanza("two1", "1", "Conflicts: zz"),
                Archive.Stanza("zz", "3")
            )
        );

    [Fact]
    public void A_conflict_that_cannot_be_avoided_is_told_with_the_chain_to_it() =>
        Assert.Equal(
            "arm64: hard1 2 and zz 1 cannot be installed together: hard1 conflicts with zz (<< 2); a1 needs b1, which needs hard1",
            Refusal(
                "a1 zz",
                Archive.Stanza("a1", "1", "Depends: b1"),
                Archive.Stanza("b1", "1", "Depends: hard1"),
                Archive.Stanza("hard1", "2", "Breaks: zz (<< 2)"),
                Archive.Stanza("zz", "1")
            )
        );

    [Fact]
    public void A_nesting_that_no_archive_has_is_refused_and_does_not_end_the_process()
    {
        string[] stanzas =
        [
            .. Enumerable.Range(0, 200_000).Select(i => Archive.Stanza($"p{i}", "1", $"Depends: p{i + 1}")),
            Archive.Stanza("p200000", "1"),
        ];
        Assert.Contains("too deep", Refusal("p0", stanzas));
    }

    [Fact]
    public void Versions_that_differ_by_a_rebuild_are_the_same_and_all_others_are_named()
    {
        Resolution amd64 = Archive.Resolve(
            Archive.Index("s", Archive.Stanza("a1", "1-1+b1", "Source: a (1-1)"), Archive.Stanza("b1", "2"), Archive.Stanza("c1", "3")),
            "a1",
            "b1",
            "c1"
        );
        Resolution arm64 = Archive.Resolve(
            Archive.Index("s", Archive.Stanza("a1", "1-1", "Source: a"), Archive.Stanza("b1", "1"), Archive.Stanza("c1", "4")),
            "a1",
            "b1",
            "c1"
        );
        string message = Assert
            .Throws<ResolutionException>(() => Resolution.RequireSameVersions([amd64 with { Architecture = "amd64" }, arm64]))
            .Message;
        Assert.StartsWith("the architectures have different versions: b1 (amd64 2, arm64 1); c1 (amd64 3, arm64 4); ", message);
    }

    [Fact]
    public void The_same_version_from_another_source_is_a_difference()
    {
        Resolution one = Archive.Resolve(Archive.Index("s", Archive.Stanza("a1", "1")), "a1") with { Architecture = "amd64" };
        Resolution other = Archive.Resolve(Archive.Index("s", Archive.Stanza("a1", "1", "Source: fork")), "a1");
        Assert.Throws<ResolutionException>(() => Resolution.RequireSameVersions([one, other]));
    }

    private static string Names(string wanted, params string[] stanzas) =>
        Archive.Names(Archive.Resolve(Archive.Index("trixie", stanzas), wanted.Split(' ')));

    private static string Refusal(string wanted, params string[] stanzas) =>
        Assert.Throws<ResolutionException>(() => Archive.Resolve(Archive.Index("trixie", stanzas), wanted.Split(' '))).Message;
}
