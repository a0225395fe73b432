using Slipway.Testing;

namespace Slipway.Debian.Tests;

/// <summary>Packages that count as there already, so that they and what only they need stay out.</summary>
public class OmittedPackagesTests
{
    [Fact]
    public void What_only_a_package_done_without_needs_falls_away_with_it()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("nfs", "1", "Depends: libnfs, python3; Pre-Depends: debconf"),
            Archive.Stanza("libnfs", "1", "Depends: libc"),
            Archive.Stanza("python3", "3", "Depends: libc, libffi"),
            Archive.Stanza("libffi", "1"),
            Archive.Stanza("libc", "1"),
            Archive.Stanza("debconf", "1", "Depends: perl"),
            Archive.Stanza("perl", "5")
        );
        Assert.Equal(("libc libnfs nfs", "debconf python3"), Resolve(index, ["python3", "debconf"], "nfs"));
    }

    [Fact]
    public void What_something_else_needs_too_stays()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: gone"),
            Archive.Stanza("b1", "1", "Depends: shared"),
            Archive.Stanza("gone", "1", "Depends: shared"),
            Archive.Stanza("shared", "1")
        );
        Assert.Equal(("a1 b1 shared", "gone"), Resolve(index, ["gone"], "a1", "b1"));
    }

    [Theory]
    [InlineData("gone", "a1", "gone")]
    [InlineData("virtual", "a1", "gone")]
    [InlineData("virtual (= 4)", "a1", "gone")]
    [InlineData("virtual (= 5)", "a1 other", "")]
    [InlineData("gone (>= 3)", "a1 newer", "")]
    [InlineData("gone (>= 2)", "a1", "gone")]
    [InlineData("gone:any", "a1 anyone", "")]
    [InlineData("gone | stays", "a1", "gone")]
    [InlineData("stays | gone", "a1", "gone")]
    [InlineData("stays | virtual", "a1", "gone")]
    [InlineData("stays | gone, stays", "a1 stays", "")]
    [InlineData("stays, gone | stays", "a1 stays", "")]
    [InlineData("gone | stays, gone", "a1", "gone")]
    [InlineData("stays", "a1 stays", "")]
    [InlineData("gone | late", "a1", "gone")]
    public void A_need_is_met_as_though_the_package_were_there_already(string depends, string names, string missed)
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", $"Depends: {depends}"),
            Archive.Stanza("gone", "2", "Provides: virtual (= 4)"),
            Archive.Stanza("stays", "1"),
            Archive.Stanza("late", "1"),
            Archive.Stanza("other", "1", "Provides: virtual (= 5)"),
            Archive.Stanza("newer", "1", "Provides: gone (= 3)"),
            Archive.Stanza("anyone", "1", "Provides: gone; Multi-Arch: allowed")
        );
        Assert.Equal((names, missed), Resolve(index, ["gone"], "a1"));
    }

    [Fact]
    public void A_need_that_nothing_but_a_package_done_without_could_meet_is_no_error()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: gone"),
            Archive.Stanza("gone", "1", "Depends: nowhere; Conflicts: a1")
        );
        Assert.Equal(("a1", "gone"), Resolve(index, ["gone"], "a1"));
        Assert.Throws<ResolutionException>(() => Archive.Resolve(index, "a1"));
    }

    [Fact]
    public void A_need_that_not_even_a_package_done_without_meets_is_an_error()
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1", "Depends: gone (>= 2)"), Archive.Stanza("gone", "1"));
        Assert.Contains(
            "a1 needs gone (>= 2)",
            Assert.Throws<ResolutionException>(() => Resolve(index, ["gone"], "a1")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_is_chosen_elsewhere_does_not_depend_on_it()
    {
        // As though it were there: another package's choice among the same alternatives must not bring it, nor make it firm.
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: stays | gone"),
            Archive.Stanza("b1", "1", "Depends: stays"),
            Archive.Stanza("gone", "1"),
            Archive.Stanza("stays", "1")
        );
        Assert.Equal(("a1 b1 stays", ""), Resolve(index, ["gone"], "a1", "b1"));
        Assert.Equal(("a1 b1", "stays"), Resolve(index, ["stays"], "a1", "b1"));
    }

    [Fact]
    public void Of_several_that_meet_one_need_the_first_candidate_is_the_one_that_is_missed()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: awk"),
            Archive.Stanza("gawk", "1", "Provides: awk; Priority: optional"),
            Archive.Stanza("mawk", "1", "Provides: awk; Priority: required")
        );
        Assert.Equal(("a1", "mawk"), Resolve(index, ["gawk", "mawk"], "a1"));
    }

    [Fact]
    public void An_essential_package_can_be_done_without()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1"),
            Archive.Stanza("bash", "1", "Essential: yes"),
            Archive.Stanza("perl-base", "5", "Essential: yes; Depends: libcrypt"),
            Archive.Stanza("libcrypt", "1")
        );
        Resolution resolution = new DependencyResolver([index], ["perl-base"]).Resolve(["a1"], withEssential: true);
        Assert.Equal(("a1 bash", "perl-base"), (Archive.Names(resolution), string.Join(' ', resolution.Without)));
        Assert.Empty(new DependencyResolver([index], ["perl-base"]).Resolve(["a1"], withEssential: false).Without);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("not-there")]
    public void What_nothing_needs_is_not_among_what_is_missed(string without)
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1"), Archive.Stanza("other", "1"));
        Assert.Equal(("a1", ""), Resolve(index, [without], "a1"));
    }

    [Fact]
    public void What_only_the_needs_of_something_left_out_would_miss_is_not_missed()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: gone"),
            Archive.Stanza("gone", "1", "Depends: deeper"),
            Archive.Stanza("deeper", "1")
        );
        Assert.Equal(("a1", "gone"), Resolve(index, ["gone", "deeper"], "a1"));
    }

    [Fact]
    public void What_is_wanted_cannot_be_done_without()
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1"));
        Assert.Equal(
            "arm64: package a1 is both wanted and excluded by 'without'",
            Assert.Throws<ResolutionException>(() => Resolve(index, ["a1"], "a1")).Message
        );
    }

    [Fact]
    public void A_program_can_be_taken_out_of_a_package_that_the_image_does_without()
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1", "Depends: b1"), Archive.Stanza("b1", "1"));
        Assert.Equal("a1", Archive.Names(new DependencyResolver([index], ["a1"]).Alone(["a1"])));
    }

    [Fact]
    public void Doing_without_never_brings_a_package_that_was_not_there()
    {
        Random random = new(20261121);
        for (int round = 0; round < 300; round++)
        {
            string[] names = [.. Enumerable.Range(0, 12).Select(i => $"p{i:00}")];
            PackageIndex index = Archive.Index("trixie", [.. names.Select(name => Archive.Stanza(name, "1", Needs(random, names)))]);
            string[] all = Names(index, []);
            foreach (string without in all.Except(["p00"]))
            {
                string[] left = Names(index, [without]);
                Assert.DoesNotContain(without, left);
                Assert.Empty(left.Except(all));
            }
        }
    }

    private static string Needs(Random random, string[] names)
    {
        string[] needs = [.. Enumerable.Range(0, random.Next(4)).Select(_ => names[random.Next(names.Length)])];
        return needs.Length == 0 ? "" : $"Depends: {string.Join(", ", needs)}";
    }

    private static string[] Names(PackageIndex index, string[] without) =>
        [
            .. new DependencyResolver([index], without)
                .Resolve(["p00"], withEssential: false)
                .Packages.Select(resolved => resolved.Package.Name),
        ];

    private static (string Names, string Missed) Resolve(PackageIndex index, string[] without, params string[] wanted)
    {
        Resolution resolution = new DependencyResolver([index], without).Resolve(wanted, withEssential: false);
        return (Archive.Names(resolution), string.Join(' ', resolution.Without));
    }
}
