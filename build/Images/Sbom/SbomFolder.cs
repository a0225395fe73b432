using Slipway.CycloneDx;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Images;

/// <summary>
/// A folder beside a layout with its SBOMs: <c>ARCHITECTURE.spdx.json</c> and <c>index.spdx.json</c>, and where CycloneDX is wanted
/// the same as <c>.cdx.json</c>.
/// </summary>
/// <param name="folder">Made when the first document comes.</param>
public sealed class SbomFolder(string folder)
{
    /// <summary>Writes all documents in place of those before.</summary>
    public async Task WriteAsync(Sbom sbom, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sbom);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach ((Platform platform, SpdxDocument document) in sbom.Platforms)
            await File.WriteAllBytesAsync(PathOf(platform), document.ToBytes(), cancellationToken);
        foreach ((Platform? platform, CycloneDxDocument document) in sbom.CycloneDx)
            await File.WriteAllBytesAsync(Path.Combine(folder, CycloneDxNameOf(platform)), document.ToBytes(), cancellationToken);
        // The last says that the others are there.
        await File.WriteAllBytesAsync(PathOf(null), sbom.Index.ToBytes(), cancellationToken);
    }

    /// <summary>The bytes of a document as they were written.</summary>
    /// <param name="image">The image's name, for the error.</param>
    /// <param name="platform">Null for the index's.</param>
    /// <exception cref="ContentException">There is none.</exception>
    public async Task<byte[]> ReadAsync(string image, Platform? platform, CancellationToken cancellationToken)
    {
        FileInfo file = new(PathOf(platform));
        return file.Exists && file.Length <= SpdxDocument.MaximumSize
            ? await File.ReadAllBytesAsync(file.FullName, cancellationToken)
            : throw Sign(image).After(new ContentException($"{image}: {file.FullName} is missing or too long. Run {Sign(image)}"));
    }

    /// <summary>What a document's file is called.</summary>
    /// <param name="platform">Null for the index's.</param>
    public static string NameOf(Platform? platform) => (platform?.Architecture ?? "index") + ".spdx.json";

    /// <summary>What a document's file in the form of CycloneDX is called.</summary>
    /// <param name="platform">Null for the index's.</param>
    public static string CycloneDxNameOf(Platform? platform) => (platform?.Architecture ?? "index") + ".cdx.json";

    private static NextCommand Sign(string image) => new("Sign") { Image = image };

    private string PathOf(Platform? platform) => Path.Combine(folder, NameOf(platform));
}
