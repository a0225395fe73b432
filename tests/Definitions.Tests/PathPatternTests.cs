using System.Text;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Definitions.Tests;

public class PathPatternTests
{
    [Theory]
    [InlineData("/usr/bin/arpd", "usr/bin/arpd", true)]
    [InlineData("/usr/bin/arpd", "usr/bin/arpd2", false)]
    [InlineData("/usr/bin/arpd", "usr/bin/arp", false)]
    [InlineData("/usr/bin/arpd", "usr/bin", false)]
    [InlineData("/usr/bin/arpd", "usr/bin/arpd/x", false)]
    [InlineData("/usr/bin/arpd", "x/usr/bin/arpd", false)]
    [InlineData("/usr/bin/Arpd", "usr/bin/arpd", false)]
    [InlineData("/usr/share/man/**", "usr/share/man", true)]
    [InlineData("/usr/share/man/**", "usr/share/man/man1/x.1.gz", true)]
    [InlineData("/usr/share/man/**", "usr/share/manual", false)]
    [InlineData("/usr/share/man/**", "usr/share/manual/x", false)]
    [InlineData("/usr/share/man/**", "usr/share", false)]
    [InlineData("/usr/share/man*/**", "usr/share/manual/x", true)]
    [InlineData("/usr/share/doc/*/copyright", "usr/share/doc/bash/copyright", true)]
    [InlineData("/usr/share/doc/*/copyright", "usr/share/doc/a/b/copyright", false)]
    [InlineData("/usr/share/doc/*/copyright", "usr/share/doc/copyright", false)]
    [InlineData("/usr/share/doc/**/copyright", "usr/share/doc/copyright", true)]
    [InlineData("/usr/share/doc/**/copyright", "usr/share/doc/a/b/copyright", true)]
    [InlineData("/usr/share/doc/**/copyright", "usr/share/doc/a/b/copyright/x", false)]
    [InlineData("/**/*.py", "x.py", true)]
    [InlineData("/**/*.py", "usr/lib/a/x.py", true)]
    [InlineData("/**/*.py", "usr/lib/a/x.pyc", false)]
    [InlineData("/**/a/**/b", "a/a/c/b", true)]
    [InlineData("/**/a/**/b", "b/a", false)]
    [InlineData("/**/a/b", "a/a/b", true)]
    [InlineData("/**/**", "a/b/c", true)]
    [InlineData("/**", "a", true)]
    [InlineData("/*", "a", true)]
    [InlineData("/*", "a/b", false)]
    [InlineData("/a/*/**", "a", false)]
    [InlineData("/a/*/**", "a/b", true)]
    [InlineData("/usr/lib/lib?.so", "usr/lib/liba.so", true)]
    [InlineData("/usr/lib/lib?.so", "usr/lib/lib.so", false)]
    [InlineData("/usr/lib/lib?.so", "usr/lib/lib/.so", false)]
    [InlineData("/usr/lib/lib*.so*", "usr/lib/liba.so.1.so.2", true)]
    [InlineData("/usr/lib/lib*.so.?", "usr/lib/lib.so.so.2", true)]
    [InlineData("/a*b*c", "aXbbXcc", true)]
    [InlineData("/a*b*c", "aXbbXccd", false)]
    [InlineData("/usr/bin/[", "usr/bin/[", true)]
    [InlineData("/usr/bin/[ab]", "usr/bin/a", false)]
    [InlineData("/usr/lib/a\\x2d*", "usr/lib/a\\x2db", true)]
    [InlineData("/usr/lib/{multiarch}/x", "usr/lib/x86_64-linux-gnu/x", true)]
    [InlineData("/usr/lib/{multiarch}/x", "usr/lib/aarch64-linux-gnu/x", false)]
    [InlineData("/usr/lib/a-{multiarch}*", "usr/lib/a-x86_64-linux-gnu.so", true)]
    public void A_pattern_means_what_it_says(string pattern, string path, bool meant) =>
        Assert.Equal(meant, PathPattern.Parse(pattern, "f:1:1").For(Platform.LinuxAmd64).Matches(path));

    [Fact]
    public void Each_platform_has_its_own_folder_of_libraries()
    {
        PathPattern pattern = PathPattern.Parse("/usr/lib/{multiarch}/**", "f:1:1");
        Assert.True(pattern.For(Platform.LinuxArm64).Matches("usr/lib/aarch64-linux-gnu/x"));
        Assert.False(pattern.For(Platform.LinuxArm64).Matches("usr/lib/x86_64-linux-gnu/x"));
        Assert.Equal(
            "f:1:1: pattern '/usr/lib/{multiarch}/**': {multiarch} is defined for amd64 and arm64, not for linux/riscv64",
            Assert.Throws<DefinitionException>(() => pattern.For(new Platform("linux", "riscv64"))).Message
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("usr/bin")]
    [InlineData("**")]
    [InlineData("//usr")]
    [InlineData("/usr/")]
    [InlineData("/usr//bin")]
    [InlineData("/usr/../etc")]
    [InlineData("/..")]
    [InlineData("/usr/./bin")]
    [InlineData("/usr/**bin")]
    [InlineData("/usr/***/x")]
    [InlineData("/usr/{arch}/x")]
    [InlineData("/usr/{multiarch/x")]
    [InlineData("/usr/multiarch}/x")]
    [InlineData("/usr/{}/x")]
    [InlineData("/usr/{Multiarch}/x")]
    public void What_is_no_pattern_is_refused_with_its_place(string text) =>
        Assert.StartsWith(
            $"f:3:4: pattern '{text}': wanted ",
            Assert
                .Throws<DefinitionException>(() => PathPattern.Parse(text, "f:3:4"))
                .Message.Replace("'**' wanted", "wanted", StringComparison.Ordinal)
        );

    [Fact]
    public void It_agrees_with_a_regular_expression_of_the_same_meaning()
    {
        Random random = new(20261121);
        int meant = 0;
        for (int round = 0; round < 20_000; round++)
        {
            string pattern =
                "/"
                + string.Join(
                    '/',
                    Enumerable
                        .Range(0, random.Next(1, 5))
                        .Select(_ => random.Next(4) == 0 ? "**" : Letters(random, "ab*?").Replace("**", "*", StringComparison.Ordinal))
                );
            if (pattern.Contains("***", StringComparison.Ordinal))
                continue;
            string path = string.Join('/', Enumerable.Range(0, random.Next(1, 6)).Select(_ => Letters(random, "ab")));
            bool wanted = Reference(pattern).IsMatch("/" + path);
            meant += wanted ? 1 : 0;
            Assert.True(wanted == PathPattern.Parse(pattern, "").For(Platform.LinuxAmd64).Matches(path), $"{pattern} {path}");
        }

        Assert.True(meant > 500);
    }

    [Fact]
    public void A_pattern_made_to_backtrack_ends()
    {
        string path = string.Join('/', Enumerable.Repeat(new string('a', 60), 40));
        string part = string.Concat(Enumerable.Repeat("a*", 30)) + "b";
        PathMatcher matcher = PathPattern.Parse("/" + string.Concat(Enumerable.Repeat("**/a*/", 20)) + part, "").For(Platform.LinuxAmd64);
        Assert.False(matcher.Matches(path));
    }

    private static string Letters(Random random, string from) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => from[random.Next(from.Length)]));

    private static Regex Reference(string pattern)
    {
        StringBuilder regex = new("^");
        foreach (string part in pattern[1..].Split('/'))
            regex.Append(
                part == "**"
                    ? "(/[^/]+)*"
                    : "/" + part.Replace("?", "[^/]", StringComparison.Ordinal).Replace("*", "[^/]*", StringComparison.Ordinal)
            );
        return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant);
    }
}
