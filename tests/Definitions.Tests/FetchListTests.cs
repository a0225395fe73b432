using Slipway.Debian;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

public class FetchListTests
{
    private static readonly DebianMirror Debian = DebianMirror.At("http://mirror.test/");

    [Fact]
    public void A_platform_needs_its_upstream_files_and_packages()
    {
        DownloadItem[] items = Of(false, Platform.LinuxArm64);
        Assert.Equal(
            ["tiny linux/arm64: tool v9", "tiny linux/arm64: bash 5.2-1", "tiny linux/arm64: zsh 5.9-1+b1", "tiny linux/arm64: only 1.0"],
            items.Select(item => item.Wanted.What)
        );
        Assert.Equal("https://example.org/v9/tool-arm64.tgz", items[0].Origins.Single().Address.AbsoluteUri);
        Assert.Equal("http://mirror.test/debian/pool/main/bash_arm64.deb", items[1].Origins.Single().Address.AbsoluteUri);
    }

    [Fact]
    public void A_package_that_an_architecture_lacks_is_not_fetched_for_it() =>
        Assert.DoesNotContain(Of(false, Platform.LinuxAmd64), item => item.Wanted.What.Contains("only", StringComparison.Ordinal));

    [Fact]
    public void Packages_to_stand_in_come_only_when_asked_for()
    {
        Assert.DoesNotContain(Of(false, Platform.LinuxAmd64), item => item.Wanted.What.EndsWith("tool 9-1", StringComparison.Ordinal));
        Assert.Equal("tiny linux/amd64: tool 9-1", Of(true, Platform.LinuxAmd64)[^1].Wanted.What);
    }

    [Fact]
    public void A_size_that_is_not_locked_is_bounded_by_the_definition()
    {
        WantedContent amd64 = Of(false, Platform.LinuxAmd64)[0].Wanted,
            arm64 = Of(false, Platform.LinuxArm64)[0].Wanted;
        Assert.Equal((12L, 12L), (amd64.Size, amd64.Limit));
        Assert.Equal((null, 3L * 1024 * 1024), (arm64.Size, arm64.Limit));
    }

    [Fact]
    public void Fall_backs_come_after_what_was_configured()
    {
        DownloadItem item = new FetchList(ImageDefinitions.Parse(), ImageLocks.Sound, [Platform.LinuxAmd64])
            .From(Debian.Then(DebianMirror.At("http://second.test")), UpstreamMirror.None)
            .Last();
        Assert.Equal(["mirror.test", "second.test"], item.Origins.Select(origin => origin.Address.Host));
    }

    private static DownloadItem[] Of(bool withStandIns, Platform platform) =>
        [
            .. new FetchList(ImageDefinitions.Parse(), ImageLocks.Sound, [platform]) { HasStandIns = withStandIns }.From(
                Debian,
                UpstreamMirror.None
            ),
        ];
}
