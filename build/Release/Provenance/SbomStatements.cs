using Slipway.CycloneDx;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>An image's SBOMs as what is to be signed about it: each platform's about its manifest, the index's about the index.</summary>
public static class SbomStatements
{
    public static IEnumerable<WantedStatement> About(this Sbom sbom, AssembledImage image)
    {
        ArgumentNullException.ThrowIfNull(sbom);
        ArgumentNullException.ThrowIfNull(image);
        foreach (AssembledPlatform platform in image.Platforms)
            yield return Statement(
                platform.Manifest.Digest,
                sbom.Platforms.Single(described => described.Platform == platform.Platform).Document
            );
        yield return Statement(image.Index.Digest, sbom.Index);
        foreach ((Platform? platform, CycloneDxDocument document) in sbom.CycloneDx)
            yield return new WantedStatement(
                [platform is null ? image.Index.Digest : image.Platforms.Single(one => one.Platform == platform).Manifest.Digest],
                Trust.Statement.CycloneDxType,
                document.ToBytes()
            );
    }

    /// <summary>The documents as files, as they lie in <see cref="SbomFolder"/>: what a build made beside its image.</summary>
    public static IEnumerable<ResourceDescriptor> Files(this Sbom sbom)
    {
        ArgumentNullException.ThrowIfNull(sbom);
        return sbom
            .Platforms.Select(described => File(described.Platform, described.Document))
            .Append(File(null, sbom.Index))
            .Concat(
                sbom.CycloneDx.Select(described =>
                    ResourceDescriptor.Of(SbomFolder.CycloneDxNameOf(described.Platform), "", Digest.Of(described.Document.ToBytes()))
                )
            );
    }

    private static ResourceDescriptor File(Platform? platform, SpdxDocument document) =>
        ResourceDescriptor.Of(SbomFolder.NameOf(platform), "", Digest.Of(document.ToBytes()));

    /// <summary>A line end behind a document is none of its JSON.</summary>
    private static WantedStatement Statement(Digest about, SpdxDocument document) =>
        new([about], Trust.Statement.SpdxType, new ReadOnlyMemory<byte>(document.ToBytes()).TrimEnd((byte)'\n'));
}
