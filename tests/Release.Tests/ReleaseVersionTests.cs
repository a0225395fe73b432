namespace Slipway.Release.Tests;

/// <summary>Which release comes after which.</summary>
public sealed class ReleaseVersionTests
{
    [Fact]
    public void Releases_are_in_the_order_in_which_they_are_made()
    {
        string[] ordered = ["v1.9.9", "v1.36.0-alpha.1", "v1.36.0-alpha.2", "v1.36.0-alpha.10", "v1.36.0-beta.0", "v1.36.0-rc.0", "v1.36.0", "v1.36.0-r1", "v1.36.0-r2", "v1.36.0-r10", "v1.36.1", "v1.100.0", "v2.0.0"];

        Assert.Equal(ordered, ordered.Reverse().Select(text => ReleaseVersion.Find(text)!).Order().Select(version => version.Text));
        Assert.Equal([false, true, true, true, true, true, false, false, false, false, false, false, false], ordered.Select(text => ReleaseVersion.Find(text)!.IsPrerelease));
    }

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("v1.2")]
    [InlineData("v1.2.3-gamma.1")]
    [InlineData("v1.2.3-2-gabcdef0")]
    [InlineData("v1.2.3\n")]
    [InlineData("v99999999999999.0.0")]
    [InlineData("")]
    public void What_is_no_release_has_no_place_among_them(string text) => Assert.Null(ReleaseVersion.Find(text));
}
