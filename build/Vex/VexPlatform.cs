using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Vex;

/// <summary>What one platform of an image holds, as far as judgements ask.</summary>
/// <param name="Components">Its packages.</param>
/// <param name="Paths">All of its paths, without a leading slash; null where they are not known, as of a lock: then no rule holds.</param>
public sealed record VexPlatform(Platform Platform, ImmutableArray<VexComponent> Components, ImmutableArray<string>? Paths)
{
    /// <summary>Where Debian's archive has packages: <c>pool/COMPONENT/PREFIX/SOURCE/FILE</c>.</summary>
    private const string Pool = "/pool/";

    /// <param name="document">The platform's SBOM, whose package URLs the components are known by.</param>
    public static VexPlatform Of(Platform platform, SpdxDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new VexPlatform(
            platform,
            [
                .. document
                    .Packages.Where(package => package.Id != document.Describes && package.Purl is not null)
                    .Select(package =>
                        VexComponent.TryParse(package.Purl!) is { } component
                            ? component with
                            {
                                Source = component.Type == "deb" ? SourceOf(package.DownloadLocation) : null,
                            }
                            : null
                    )
                    .OfType<VexComponent>(),
            ],
            [.. document.Files.Select(file => file.Path)]
        );
    }

    /// <summary>The source package of a file of Debian's archive.</summary>
    /// <param name="location">Its address or path, with <c>/pool/</c> in it.</param>
    /// <returns>Null when that does not say it.</returns>
    public static string? SourceOf(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        int pool = location.IndexOf(Pool, StringComparison.Ordinal);
        return pool >= 0 && location[(pool + Pool.Length)..].Split('/') is [_, _, { Length: > 0 } source, _] ? source : null;
    }
}
