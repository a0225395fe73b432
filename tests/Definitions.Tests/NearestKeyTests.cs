namespace Slipway.Definitions.Tests;

public class NearestKeyTests
{
    private static readonly string[] Known = ["packages", "platforms", "title", "id", "to", "url"];

    [Theory]
    [InlineData("pakages", "packages")]
    [InlineData("package", "packages")]
    [InlineData("Packages", "packages")]
    [InlineData("platfrom", "platforms")]
    [InlineData("titel", "title")]
    [InlineData("titles", "title")]
    [InlineData("ti", null)]
    [InlineData("uri", "url")]
    [InlineData("pack", null)]
    [InlineData("", null)]
    [InlineData("x", null)]
    [InlineData("something", null)]
    public void The_nearest_key_is_found_when_it_is_near(string written, string? meant) =>
        Assert.Equal(meant, NearestKey.Of(written, Known));

    [Fact]
    public void Of_two_as_near_the_first_by_letters_is_taken_whatever_the_order()
    {
        Assert.Equal("lane", NearestKey.Of("lake", ["late", "lane"]));
        Assert.Equal("lane", NearestKey.Of("lake", ["lane", "late"]));
    }

    [Fact]
    public void Nothing_is_near_when_nothing_is_known() => Assert.Null(NearestKey.Of("packages", []));
}
