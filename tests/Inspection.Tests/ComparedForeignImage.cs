using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>An image of others, read for a comparison.</summary>
internal static class ComparedForeignImage
{
    public static Task<ComparedImage?> ReadAsync(this ForeignImage image, Descriptor top, Platform platform) =>
        ComparedImage.ReadAsync(
            image.Layout,
            top,
            platform,
            new ComparisonSpool(image.Scratch("comparison")),
            TestContext.Current.CancellationToken
        );
}
