using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

public class SbomFolderTests
{
    [Fact]
    public async Task A_folder_holds_the_documents_of_the_last_image_alone()
    {
        using AssemblyFixture shop = DescribedImage.Create();
        SbomFolder folder = new(Path.Combine(shop.Root, "sbom"));
        await shop.AssembleAsync();
        await folder.WriteAsync(await shop.DescribeAsync(), TestContext.Current.CancellationToken);
        await shop.AssembleAsync(platforms: Platform.LinuxArm64);
        Sbom sbom = await shop.DescribeAsync();
        await folder.WriteAsync(sbom, TestContext.Current.CancellationToken);
        Assert.Equal(sbom.Index.ToBytes(), await folder.ReadAsync("tiny", null, TestContext.Current.CancellationToken));
        Assert.Equal(
            sbom.Platforms.Single().Document.ToBytes(),
            await folder.ReadAsync("tiny", Platform.LinuxArm64, TestContext.Current.CancellationToken)
        );
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            folder.ReadAsync("tiny", Platform.LinuxAmd64, TestContext.Current.CancellationToken)
        );
        Assert.EndsWith("Run ./build.sh Sign --images tiny", e.Message, StringComparison.Ordinal);
    }
}
