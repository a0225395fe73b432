using Slipway.Oci;

namespace Slipway.Updates.Tests;

public class ReleaseVersionTests
{
    [Fact]
    public void Versions_are_ordered_by_their_numbers_then_what_comes_before_and_behind_a_release()
    {
        string[] wanted =
        [
            "v1.9.0",
            "v1.10.0-alpha.2",
            "v1.10.0-beta.0",
            "v1.10.0-rc.1",
            "v1.10.0-rc.10",
            "v1.10.0",
            "v1.10.0-flannel1",
            "v1.10.0-flannel12",
            "v1.10.1",
            "v2",
        ];
        Assert.Equal(wanted, wanted.Reverse().Select(ReleaseVersion.Parse).Order().Select(version => version.Text));
    }

    [Theory]
    [InlineData("v1.36.5", "v1.36.4", VersionReach.Patch, true)]
    [InlineData("v1.37.0", "v1.36.4", VersionReach.Patch, false)]
    [InlineData("v1.37.0", "v1.36.4", VersionReach.Minor, true)]
    [InlineData("v2.0.0", "v1.36.4", VersionReach.Minor, false)]
    [InlineData("v2.0.0", "v1.36.4", VersionReach.Major, true)]
    [InlineData("v1.36.5-rc.1", "v1.36.4", VersionReach.Major, false)]
    [InlineData("v1.36.5", "v1.36.5-rc.1", VersionReach.Patch, true)]
    [InlineData("v1.9.2-flannel1", "v1.9.1-flannel1", VersionReach.Patch, true)]
    [InlineData("v1.9.2", "v1.9.1-flannel1", VersionReach.Major, false)]
    [InlineData("v1.9.2-flannel1", "v1.9.1", VersionReach.Major, false)]
    public void A_version_follows_another_of_its_own_line_within_reach(string next, string now, VersionReach reach, bool may) =>
        Assert.Equal(may, ReleaseVersion.Parse(next).MayFollow(ReleaseVersion.Parse(now), reach));

    [Theory]
    [InlineData("")]
    [InlineData("1.36.4")]
    [InlineData("v1.36.4\n")]
    [InlineData("v1.36.4 v1.36.5")]
    [InlineData("v1.36.99999999999999")]
    [InlineData("v1.36.-4")]
    [InlineData("v1.36.4-")]
    [InlineData("v1.36.4.5")]
    [InlineData("v1.36.٤")]
    [InlineData("v1.36.4/../../x")]
    public void What_is_no_version_is_refused(string text)
    {
        Assert.Null(ReleaseVersion.TryParse(text));
        Assert.Throws<ContentException>(() => ReleaseVersion.Parse(text));
    }
}
