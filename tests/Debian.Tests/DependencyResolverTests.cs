using Slipway.Testing;

namespace Slipway.Debian.Tests;

public class DependencyResolverTests
{
    [Fact]
    public void The_closure_follows_depends_and_pre_depends_and_nothing_else()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: b1, c1 (>= 1); Pre-Depends: d1; Recommends: x1; Suggests: y1"),
            Archive.Stanza("b1", "1", "Depends: a1"),
            Archive.Stanza("c1", "1"),
            Archive.Stanza("d1", "1", "Depends: e1"),
            Archive.Stanza("e1", "1"),
            Archive.Stanza("x1", "1"),
            Archive.Stanza("y1", "1")
        );
        Assert.Equal("a1 b1 c1 d1 e1", Archive.Names(Archive.Resolve(index, "a1")));
    }

    [Theory]
    [InlineData("one1 | two1", "a1 one1")]
    [InlineData("missing | two1", "a1 two1")]
    [InlineData("one1 (>= 2) | two1", "a1 two1")]
    [InlineData("virtual | two1", "a1 prov2")]
    [InlineData("virtual (>= 3) | two1", "a1 prov2")]
    [InlineData("virtual (>= 5) | two1", "a1 two1")]
    [InlineData("real1", "a1 real1")]
    [InlineData("real1 (>= 9)", "a1 prov3")]
    [InlineData("one1 | two1, two1", "a1 one1 two1")]
    [InlineData("two1, one1 | two1", "a1 two1")]
    public void The_first_alternative_that_can_be_met_is_taken(string depends, string names)
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", $"Depends: {depends}"),
            Archive.Stanza("one1", "1"),
            Archive.Stanza("two1", "1"),
            Archive.Stanza("prov1", "1", "Provides: virtual"),
            Archive.Stanza("prov2", "1", "Provides: virtual (= 4)"),
            Archive.Stanza("prov3", "1", "Provides: real1 (= 9)"),
            Archive.Stanza("real1", "1")
        );
        Assert.Equal(names, Archive.Names(Archive.Resolve(index, "a1")));
    }

    [Fact]
    public void An_alternative_that_is_wanted_anyway_counts_as_met()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: one1 | virtual"),
            Archive.Stanza("one1", "1"),
            Archive.Stanza("zz", "1", "Provides: virtual")
        );
        Assert.Equal("a1 zz", Archive.Names(Archive.Resolve(index, "a1", "zz")));
    }

    [Fact]
    public void An_alternative_that_conflicts_with_what_is_there_is_passed_over()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", "Depends: one1 | two1"),
            Archive.Stanza("one1", "1", "Conflicts: zz"),
            Archive.Stanza("two1", "1"),
            Archive.Stanza("zz", "1")
        );
        Assert.Equal("a1 two1 zz", Archive.Names(Archive.Resolve(index, "a1", "zz")));
    }

    [Theory]
    [InlineData("tool:any", "allowed", true)]
    [InlineData("tool:any", "foreign", false)]
    [InlineData("tool:native", "same", true)]
    [InlineData("tool:arm64", "same", true)]
    [InlineData("tool:amd64", "same", false)]
    public void Qualifiers_are_judged(string depends, string multiArch, bool met)
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1", $"Depends: {depends}"),
            Archive.Stanza("tool", "1", $"Multi-Arch: {multiArch}")
        );
        if (met)
            Assert.Equal("a1 tool", Archive.Names(Archive.Resolve(index, "a1")));
        else
            Assert.Throws<ResolutionException>(() => Archive.Resolve(index, "a1"));
    }

    [Fact]
    public void The_newest_version_across_the_suites_wins()
    {
        Resolution resolution = new DependencyResolver([
            Archive.Index("trixie", Archive.Stanza("a1", "1.9"), Archive.Stanza("b1", "2")),
            Archive.Index("trixie-security", Archive.Stanza("a1", "1.10"), Archive.Stanza("b1", "1")),
        ]).Resolve(["a1", "b1"], false);
        Assert.Equal(
            ["a1 1.10 trixie-security", "b1 2 trixie"],
            resolution.Packages.Select(resolved => $"{resolved.Package.Name} {resolved.Package.Version} {resolved.Package.Suite}")
        );
    }

    [Fact]
    public void Essential_packages_come_when_asked_for()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("a1", "1"),
            Archive.Stanza("bash", "1", "Essential: yes; Depends: libc6"),
            Archive.Stanza("libc6", "1")
        );
        Assert.Equal("a1 bash libc6", Archive.Names(new DependencyResolver([index]).Resolve(["a1"], true)));
        Assert.Equal("a1", Archive.Names(new DependencyResolver([index]).Resolve(["a1"], false)));
        Assert.Equal("bash libc6", Archive.Names(new DependencyResolver([index]).Resolve(Array.Empty<string>(), true)));
    }

    [Fact]
    public void A_package_belongs_to_the_first_group_that_needs_it()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("bash", "1", "Essential: yes; Depends: libc6 | libc7"),
            Archive.Stanza("libc6", "1"),
            Archive.Stanza("libc7", "1"),
            Archive.Stanza("mount", "1", "Depends: libmount1, libc6"),
            Archive.Stanza("libmount1", "1"),
            Archive.Stanza("socat", "1", "Depends: libmount1, libssl3"),
            Archive.Stanza("libssl3", "1")
        );
        Resolution resolution = new DependencyResolver([index]).Resolve(
            [
                ["mount"],
                ["socat", "libc6"],
            ],
            true
        );
        Assert.Equal(
            "bash0 libc60 libmount10 libssl31 mount0 socat1",
            string.Join(' ', resolution.Packages.Select(resolved => resolved.Package.Name + resolved.Group))
        );
    }

    [Fact]
    public void The_order_of_wanted_names_and_stanzas_does_not_matter()
    {
        string[] stanzas =
        [
            Archive.Stanza("a1", "1", "Depends: x1 | y1"),
            Archive.Stanza("b1", "1", "Depends: y1 | x1"),
            Archive.Stanza("x1", "1"),
            Archive.Stanza("y1", "1"),
        ];
        Assert.Equal(
            Archive.Names(Archive.Resolve(Archive.Index("s", stanzas), "a1", "b1")),
            Archive.Names(Archive.Resolve(Archive.Index("s", [.. stanzas.Reverse()]), "b1", "a1"))
        );
    }

    [Fact]
    public void What_cannot_be_met_is_told_with_the_chain()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("nfs-common", "1", "Depends: cifs-utils"),
            Archive.Stanza("cifs-utils", "2", "Depends: libwbclient0 (>= 2:4.0.3) | nothing"),
            Archive.Stanza("libwbclient0", "2:4.0.2")
        );
        Assert.Equal(
            "arm64: nfs-common needs cifs-utils, which needs libwbclient0 (>= 2:4.0.3) | nothing, which no suite of trixie has for arm64; "
                + "the newest there: libwbclient0 2:4.0.2 (trixie)",
            Assert.Throws<ResolutionException>(() => Archive.Resolve(index, "nfs-common")).Message
        );
    }

    [Fact]
    public void A_wanted_name_that_is_missing_is_told_with_who_provides_it()
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("mawk", "1", "Provides: awk"));
        Assert.Equal(
            "arm64: wanted package awk: none of the suites trixie has it; name one of its providers: mawk",
            Assert.Throws<ResolutionException>(() => Archive.Resolve(index, "awk")).Message
        );
    }

    [Theory]
    [InlineData("Conflicts: b1", "")]
    [InlineData("Breaks: b1 (<< 2)", "")]
    [InlineData("Conflicts: v1", "Provides: v1")]
    [InlineData("Breaks: v1 (= 1)", "Provides: v1 (= 1)")]
    public void Two_packages_that_exclude_each_other_are_an_error_naming_both(string fields, string others)
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1", fields), Archive.Stanza("b1", "1", others));
        string message = Assert.Throws<ResolutionException>(() => Archive.Resolve(index, "a1", "b1")).Message;
        Assert.StartsWith("arm64: a1 1 and b1 1 cannot be installed together", message);
    }

    [Theory]
    [InlineData("Conflicts: b1 (<< 1)", "")]
    [InlineData("Provides: v1; Conflicts: v1", "")]
    [InlineData("Conflicts: v1 (<< 9)", "Provides: v1")]
    public void What_does_not_exclude_is_no_conflict(string fields, string others)
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("a1", "1", fields), Archive.Stanza("b1", "1", others));
        Assert.Equal("a1 b1", Archive.Names(Archive.Resolve(index, "a1", "b1")));
    }

    [Fact]
    public void Architectures_must_agree_on_the_source_of_a_package()
    {
        Resolution one = Archive.Resolve(
            Archive.Index("trixie", Archive.Stanza("a1", "1-1+b2", "Source: a1 (1-1)"), Archive.Stanza("b1", "1-1")),
            "a1",
            "b1"
        );
        Resolution rebuilt = Archive.Resolve(Archive.Index("trixie", Archive.Stanza("a1", "1-1")), "a1") with { Architecture = "amd64" };
        Resolution late = Archive.Resolve(Archive.Index("trixie", Archive.Stanza("b1", "1-2")), "b1") with { Architecture = "amd64" };

        Resolution.RequireSameVersions([one, rebuilt]);
        string message = Assert.Throws<ResolutionException>(() => Resolution.RequireSameVersions([one, late])).Message;
        Assert.Contains("b1 (arm64 1-1, amd64 1-2)", message);
    }
}
