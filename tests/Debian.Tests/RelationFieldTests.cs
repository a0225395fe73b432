using Slipway.Oci;

namespace Slipway.Debian.Tests;

public class RelationFieldTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("libc6", "libc6")]
    [InlineData("libc6 (>= 2.38), adduser", "libc6 (>= 2.38); adduser")]
    [InlineData("debconf (>= 0.5) | debconf-2.0", "debconf (>= 0.5) | debconf-2.0")]
    [InlineData("python3:any (>= 3.11~)", "python3:any (>= 3.11~)")]
    [InlineData("a1(<<1),\n b1 ( = 2 ) ,", "a1 (<< 1); b1 (= 2)")]
    [InlineData("a1 (< 1) | b1 (> 2)", "a1 (<= 1) | b1 (>= 2)")]
    [InlineData("a1 [amd64 i386], b1 [arm64]", "b1")]
    [InlineData("a1 [!amd64] | b1 [linux-any]", "a1 | b1")]
    [InlineData("a1 (>= 1) [!arm64 !riscv64]", "")]
    public void A_field_reads_as_its_groups(string field, string groups) =>
        Assert.Equal(groups, string.Join("; ", RelationField.Parse(field, "arm64").Select(group => string.Join(" | ", group))));

    [Theory]
    [InlineData("a1 (>= 1")]
    [InlineData("a1 (1)")]
    [InlineData("a1 (=> 1)")]
    [InlineData("a1 (>=)")]
    [InlineData("a1 ()")]
    [InlineData("a1 (>= 1_0)")]
    [InlineData("a1 || b1")]
    [InlineData("a1 b1")]
    [InlineData("a1 []")]
    [InlineData("a1 arm64]")]
    [InlineData("../etc")]
    [InlineData("a1:")]
    [InlineData("a1 <!nocheck>")]
    public void What_is_no_relation_is_refused(string field) => Assert.Throws<ContentException>(() => RelationField.Parse(field, "arm64"));

    [Theory]
    [InlineData("(<< 2)", "1", true)]
    [InlineData("(<< 2)", "2", false)]
    [InlineData("(<= 2)", "2", true)]
    [InlineData("(= 2)", "2-0", true)]
    [InlineData("(= 2)", "2-1", false)]
    [InlineData("(>= 2)", "2~rc1", false)]
    [InlineData("(>= 2)", "1:0", true)]
    [InlineData("(>> 2)", "2", false)]
    [InlineData("", "0", true)]
    public void Versions_are_judged_by_their_order(string condition, string version, bool accepted) =>
        Assert.Equal(accepted, RelationField.Parse("a1 " + condition, "arm64")[0][0].Accepts(DebianVersion.Parse(version)));
}
