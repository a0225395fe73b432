using System.Globalization;
using System.Numerics;

namespace Slipway.Advisories.Tests;

/// <summary>Go's order of versions, beside a second one that was written from the rules alone.</summary>
public sealed class GoVersionTests
{
    /// <summary>From the oldest to the newest (Semantic Versioning 2.0.0, 11, and Go's forms of versions).</summary>
    private static readonly string[] Ordered =
    [
        "v0.0.0-0.20180101000000-abcdefabcdef",
        "v0.0.0-20180101000000-abcdefabcdef",
        "v0.0.0",
        "v1.0.0-0",
        "v1.0.0-0.20180101000000-abcdefabcdef",
        "v1.0.0-9",
        "v1.0.0-10",
        "v1.0.0-99999999999999999999999",
        "v1.0.0-A",
        "v1.0.0-alpha",
        "v1.0.0-alpha.1",
        "v1.0.0-alpha.beta",
        "v1.0.0-beta",
        "v1.0.0-beta.2",
        "v1.0.0-beta.11",
        "v1.0.0-rc.1",
        "v1.0.0-rc.1.0.20180101000000-abcdefabcdef",
        "v1.0.0",
        "v1.0.1-0.20180101000000-abcdefabcdef",
        "v1.0.1",
        "v1.2.0+incompatible",
        "v1.10.0",
        "v18446744073709551616.0.0",
    ];

    [Fact]
    public void Versions_stand_in_their_order()
    {
        for (int i = 0; i < Ordered.Length; i++)
        for (int j = 0; j < Ordered.Length; j++)
            Assert.Equal((Ordered[i], Ordered[j], i.CompareTo(j)), (Ordered[i], Ordered[j], Compare(Ordered[i], Ordered[j])));
    }

    [Fact]
    public void A_large_sample_stands_as_the_rules_say()
    {
        Random random = new(20);
        string[] sample = [.. Enumerable.Range(0, 600).Select(_ => Version(random))];
        foreach (string left in sample)
        foreach (string right in sample)
            Assert.True(
                Compare(left, right) == Reference(left, right),
                $"{left} and {right}: wanted {Reference(left, right)}, got {Compare(left, right)}"
            );
        Assert.True(sample.Distinct().Count() > 500);
    }

    [Theory]
    [InlineData("v1.0.0+a", "v1.0.0+b")]
    [InlineData("1", "v1.0.0")]
    [InlineData("1.2", "v1.2.0")]
    [InlineData("v1.2.3", "1.2.3")]
    public void What_does_not_count_makes_no_difference(string left, string right)
    {
        Assert.Equal(0, Compare(left, right));
        Assert.Equal(Parse(left).GetHashCode(), Parse(right).GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v")]
    [InlineData("v01.0.0")]
    [InlineData("v1.0.0-01")]
    [InlineData("v1.0.0-")]
    [InlineData("v1.0.0+")]
    [InlineData("v1.0.0-a..b")]
    [InlineData("v1.0-rc1")]
    [InlineData("v1.0.0.0")]
    [InlineData("v1.0.0\n")]
    [InlineData("(devel)")]
    [InlineData("go1.22.0")]
    public void What_is_no_version_is_none(string? text) => Assert.False(GoVersion.TryParse(text, out _));

    [Fact]
    public void A_version_of_endless_length_is_none() => Assert.False(GoVersion.TryParse("v1.0.0-" + new string('1', 1000), out _));

    [Theory]
    [InlineData("go1.22rc1", "1.22.0-rc.1")]
    [InlineData("go1.22beta2", "1.22.0-beta.2")]
    [InlineData("go1.21.13", "1.21.13")]
    [InlineData("1.9", "1.9.0")]
    [InlineData("go1.24.4 X:nocoverageredesign", "1.24.4")]
    [InlineData("go1.20.5-custom", "1.20.5")]
    public void The_toolchain_has_versions_of_its_own_form(string text, string same)
    {
        Assert.True(GoVersion.TryParseToolchain(text, out GoVersion? version));
        Assert.Equal(0, version.CompareTo(Parse(same)));
    }

    [Theory]
    [InlineData("devel go1.22-abcdef")]
    [InlineData("go")]
    [InlineData("go1")]
    [InlineData("go1.22rc")]
    [InlineData("go1.22x")]
    public void A_toolchain_that_nobody_released_has_no_version(string text) => Assert.False(GoVersion.TryParseToolchain(text, out _));

    private static int Compare(string left, string right) => Math.Sign(Parse(left).CompareTo(Parse(right)));

    private static GoVersion Parse(string text) =>
        GoVersion.TryParse(text, out GoVersion? version) ? version : throw new FormatException(text);

    private static string Version(Random random)
    {
        string Number() => random.Next(3) == 0 ? "0" : random.Next(1, 13).ToString(CultureInfo.InvariantCulture);
        string Identifier() =>
            random.Next(5) switch
            {
                0 => Number(),
                1 => "rc" + Number(),
                2 => "-" + Number(),
                3 => "20180101000000-abcdefabcde" + random.Next(3),
                _ => new string((char)('A' + random.Next(58) is >= 91 and <= 96 ? 'a' : 'A' + random.Next(26)), random.Next(1, 3)),
            };
        string text = $"v{Number()}.{Number()}.{Number()}";
        if (random.Next(3) > 0)
            text += "-" + string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Identifier()));
        return random.Next(4) == 0 ? text + "+incompatible" : text;
    }

    private static int Reference(string left, string right)
    {
        (BigInteger[] Numbers, string? Pre) one = Split(left),
            other = Split(right);
        foreach ((BigInteger a, BigInteger b) in one.Numbers.Zip(other.Numbers))
        {
            if (a != b)
                return a > b ? 1 : -1;
        }

        if (one.Pre == other.Pre)
            return 0;
        if (one.Pre is null || other.Pre is null)
            return one.Pre is null ? 1 : -1;
        Queue<string> rest = new(one.Pre.Split('.')),
            against = new(other.Pre.Split('.'));
        while (rest.Count > 0 && against.Count > 0)
        {
            string a = rest.Dequeue(),
                b = against.Dequeue();
            if (a == b)
                continue;
            bool isNumber = a.All(char.IsAsciiDigit);
            if (isNumber != b.All(char.IsAsciiDigit))
                return isNumber ? -1 : 1;
            return isNumber
                ? BigInteger.Parse(a, CultureInfo.InvariantCulture).CompareTo(BigInteger.Parse(b, CultureInfo.InvariantCulture))
                : Math.Sign(string.CompareOrdinal(a, b));
        }

        return rest.Count.CompareTo(against.Count);
    }

    private static (BigInteger[] Numbers, string? Pre) Split(string text)
    {
        string bare = text.Split('+')[0][1..];
        int dash = bare.IndexOf('-', StringComparison.Ordinal);
        return (
            [.. (dash < 0 ? bare : bare[..dash]).Split('.').Select(number => BigInteger.Parse(number, CultureInfo.InvariantCulture))],
            dash < 0 ? null : bare[(dash + 1)..]
        );
    }
}
