using Slipway.Git;
using Slipway.Verification;

namespace Slipway.Release.Tests;

public class TagStyleTests
{
    [Theory]
    [InlineData("v1.36.4", TagStyle.Release, true)]
    [InlineData("v1.36.4-amd64", TagStyle.Release, false)]
    [InlineData("v1.36.4-r1", TagStyle.Release, true)]
    [InlineData("v1.36.4-r1-arm64", TagStyle.Release, false)]
    [InlineData("v1.37.0-rc.1", TagStyle.Release, true)]
    [InlineData("v1.36.4-2-g23228e6", TagStyle.Release, true)]
    [InlineData("v1.36.4-2-g23228e6-arm64", TagStyle.Release, false)]
    [InlineData("build-23228e6", TagStyle.Build, false)]
    [InlineData("build-23228e6-arm64", TagStyle.Build, false)]
    [InlineData("build-v1.36.4", TagStyle.Build, false)]
    [InlineData("build-v1.36.4-r2", TagStyle.Build, false)]
    [InlineData("build-main", TagStyle.Moving, false)]
    [InlineData("build-mainly", TagStyle.Foreign, false)]
    [InlineData("dockerfile-23228e6", TagStyle.Build, false)]
    [InlineData("dockerfile-23228e6-arm64", TagStyle.Build, false)]
    [InlineData("dockerfile-v1.36.4-r2", TagStyle.Build, false)]
    [InlineData("dockerfile-main", TagStyle.Moving, false)]
    [InlineData("dockerfile-latest", TagStyle.Foreign, false)]
    [InlineData("latest", TagStyle.Foreign, false)]
    [InlineData("v1.36", TagStyle.Foreign, false)]
    [InlineData("v1.36.4\n", TagStyle.Foreign, false)]
    [InlineData("sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", TagStyle.Signature, false)]
    [InlineData("sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig", TagStyle.Signature, false)]
    [InlineData("sha256-0123.sig", TagStyle.Foreign, false)]
    public void A_tag_tells_its_style(string tag, TagStyle style, bool isReleaseOfIndex)
    {
        Assert.Equal(style, TagStyles.Of(tag));
        Assert.Equal(isReleaseOfIndex, TagStyles.IsReleaseOfIndex(tag));
    }

    [Fact]
    public async Task Every_tag_of_a_plan_has_a_style_of_ours()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        foreach (
            GitState git in new[]
            {
                SignedReleaseFixture.Exact,
                SignedReleaseFixture.Exact with
                {
                    Distance = 2,
                },
                SignedReleaseFixture.Exact with
                {
                    Tag = "tiny/v1.0.0-r1",
                },
            }
        )
            Assert.All((await fixture.PlanAsync(git)).Tags, tag => Assert.Equal(
                    tag.Moves ? TagStyle.Moving
                        : tag.Name.StartsWith('b') ? TagStyle.Build
                        : TagStyle.Release,
                    TagStyles.Of(tag.Name)
                ));
    }
}
