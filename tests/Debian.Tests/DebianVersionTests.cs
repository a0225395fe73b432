using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Oci;

namespace Slipway.Debian.Tests;

public class DebianVersionTests
{
    private static readonly Gen<DebianVersion> Versions = (
        from epoch in Gen.Elements("", "0:", "1:", "12:")
        from upstream in Gen.NonEmptyListOf(Gen.Elements("0", "1", "9", "00", "10", ".", "+", "~", "~~", "a", "b", "Z", "-", "rc", "dfsg"))
        from revision in Gen.Elements("", "-0", "-1", "-1~bpo12+1", "-1+b1", "-0ubuntu1", "-a")
        select DebianVersion.Parse($"{epoch}1{string.Concat(upstream)}{(revision.Length == 0 ? "-0" : revision)}")
    );

    /// <summary>Short versions of few characters: many of them are equal or differ in one place.</summary>
    private static readonly Gen<DebianVersion> Near =
        from epoch in Gen.Elements("", "0:", "1:")
        from upstream in Gen.ListOf(Gen.Elements("0", "1", "~", ".", "a", "+"), 2)
        from revision in Gen.Elements("-0", "-00", "-1", "-1~", "-0+")
        select DebianVersion.Parse($"{epoch}1{string.Concat(upstream)}{revision}");

    [Theory]
    [InlineData("1.0", "1.1")]
    [InlineData("1.9", "1.10")]
    [InlineData("9", "1:0")]
    [InlineData("1.0~rc1", "1.0")]
    [InlineData("1.0~~", "1.0~")]
    [InlineData("1.0~~a", "1.0~")]
    [InlineData("1.0", "1.0a")]
    [InlineData("1.0a", "1.0+")]
    [InlineData("1.0Z", "1.0a")]
    [InlineData("1.0-1", "1.0-1+b1")]
    [InlineData("1.0-1~deb13u1", "1.0-1")]
    [InlineData("1.0-9", "1.0-10")]
    [InlineData("2.41-12", "2.41-12+deb13u4")]
    [InlineData("1.0-1", "1.0.1-1")]
    [InlineData("1.0-1-1", "1.0-2-1")]
    [InlineData("1.99999999999999999999999999", "1.100000000000000000000000000")]
    public void Earlier_is_earlier(string earlier, string later)
    {
        Assert.True(DebianVersion.Parse(earlier) < DebianVersion.Parse(later));
        Assert.True(DebianVersion.Parse(later) > DebianVersion.Parse(earlier));
        Assert.NotEqual(DebianVersion.Parse(earlier), DebianVersion.Parse(later));
    }

    [Theory]
    [InlineData("1.0", "0:1.0")]
    [InlineData("1.0", "1.0-0")]
    [InlineData("1.0", "1.00")]
    [InlineData("1.01", "1.1")]
    [InlineData("1.", "1.0")]
    public void What_the_order_does_not_tell_apart_is_equal(string one, string other)
    {
        Assert.Equal(DebianVersion.Parse(one), DebianVersion.Parse(other));
        Assert.Equal(DebianVersion.Parse(one).GetHashCode(), DebianVersion.Parse(other).GetHashCode());
        Assert.Equal(one, DebianVersion.Parse(one).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData(":1")]
    [InlineData("a:1")]
    [InlineData("-1:1")]
    [InlineData("1-2:3")]
    [InlineData("1:")]
    [InlineData("99999999999:1")]
    [InlineData("a1")]
    [InlineData("1 ")]
    [InlineData("1_0")]
    [InlineData("1.0-1_2")]
    [InlineData("1.0\n")]
    [InlineData("1.0/../2")]
    [InlineData("1é")]
    [InlineData("²")]
    public void What_is_no_version_is_refused_with_its_text(string text)
    {
        Assert.False(DebianVersion.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<ContentException>(() => DebianVersion.Parse(text)).Message);
    }

    [Fact]
    public void Of_two_exactly_one_is_true_earlier_equal_or_later() => Check.QuickThrowOnFailure(Prop.ForAll(Three, versions =>
            {
                (DebianVersion a, DebianVersion b, _) = versions;
                bool[] operators = [a < b, a == b, a > b];
                return operators.Count(holds => holds) == 1 && (a <= b) == !(a > b) && (a >= b) == !(a < b) && (a != b) == !(a == b);
            }));

    [Fact]
    public void Equals_stand_alike_to_every_other_and_sorting_does_not_depend_on_the_order_before() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Near.ListOf(12).ToArbitrary(), versions =>
            {
                string[] sorted = [.. versions.Order().Select(Canonical)],
                    reversed = [.. Enumerable.Reverse(versions).Order().Select(Canonical)];
                bool congruent = versions.All(a =>
                    versions.All(b => a != b || versions.All(c => Math.Sign(a.CompareTo(c)) == Math.Sign(b.CompareTo(c))))
                );
                bool transitive = versions.All(a => versions.All(b => versions.All(c => !(a < b && b < c) || a < c)));
                return sorted.SequenceEqual(reversed) && congruent && transitive;

                string Canonical(DebianVersion version) =>
                    versions.Where(other => other == version).Select(other => other.ToString()).Min(StringComparer.Ordinal)!;
            }));

    [Fact]
    public void The_order_is_total() => Check.QuickThrowOnFailure(Prop.ForAll(Three, versions =>
            {
                (DebianVersion a, DebianVersion b, DebianVersion c) = versions;
                bool antisymmetric = Math.Sign(a.CompareTo(b)) == -Math.Sign(b.CompareTo(a));
                bool transitive = !(a <= b && b <= c) || a <= c;
                bool equal = a.CompareTo(b) != 0 || (a.Equals(b) && a.GetHashCode() == b.GetHashCode());
                return a.CompareTo(a) == 0 && antisymmetric && transitive && equal;
            }));

    [Fact]
    public void Dpkg_orders_them_the_same_way()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "needs dpkg");
        List<(DebianVersion, DebianVersion, DebianVersion)> samples =
        [
            .. Three.Generator.Sample(8, 100),
            .. (from a in Near from b in Near select (a, b, a)).Sample(8, 100),
        ];
        foreach ((DebianVersion a, DebianVersion b, _) in samples)
        {
            string order =
                a < b ? "lt"
                : a > b ? "gt"
                : "eq";
            using Process dpkg = Process.Start("/usr/bin/dpkg", ["--compare-versions", a.ToString(), order, b.ToString()]);
            dpkg.WaitForExit();
            Assert.True(dpkg.ExitCode == 0, $"dpkg does not agree that {a} {order} {b}");
        }
    }

    private static Arbitrary<(DebianVersion, DebianVersion, DebianVersion)> Three =>
        (from a in Versions from b in Versions from c in Versions select (a, b, c)).ToArbitrary();
}
