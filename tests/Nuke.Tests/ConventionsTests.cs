using Nuke.Common;
using Nuke.Common.Parameters;

[assembly: BuildConventions(typeof(Slipway.Nuke.Tests.TestConventions))]

namespace Slipway.Nuke.Tests;

public class ConventionsTests
{
    [Fact]
    public void An_assembly_names_its_conventions() =>
        Assert.IsType<TestConventions>(BuildConventionsAttribute.Of(typeof(ConventionsTests).Assembly));

    [Fact]
    public void An_assembly_that_names_none_has_those_of_nuke() =>
        Assert.IsType<NukeConventions>(BuildConventionsAttribute.Of(typeof(string).Assembly));

    [Theory]
    [InlineData("SigningKey", "signing-key")]
    [InlineData("SBOMFile", "sbom-file")]
    [InlineData("GitHubToken", "github-token")]
    [InlineData("AcceptUnsignedUnsafe", "accept-unsigned-unsafe")]
    [InlineData("Http2", "http2")]
    [InlineData("X", "x")]
    public void Members_have_the_names_people_type(string member, string typed) => Assert.Equal(typed, KebabName.Of(member));

    [Theory]
    [InlineData("Asemble", "Assemble")]
    [InlineData("Assmeble", "Assemble")]
    [InlineData("publish", "Publish")]
    [InlineData("Pub", "Publish")]
    [InlineData("xyzzy", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_near(string wanted, string? nearest) =>
        Assert.Equal(nearest, NearestName.Of(wanted, ["Assemble", "Publish", "Verify"]));
}
