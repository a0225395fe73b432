using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Spdx;

namespace Slipway.Pages;

/// <summary>A package of the SBOMs of an image: one row for all platforms that have it in the same version.</summary>
/// <param name="Kind">Where it comes from, for people.</param>
/// <param name="Bytes">Unpacked, on the platform where it is largest; null where its files are another package's.</param>
internal sealed record SbomRow(string Name, string Version, string Kind, string Licence, ImmutableArray<string> Architectures, long? Bytes)
{
    public static ImmutableArray<SbomRow> Of(IEnumerable<ReportedPlatform> platforms) =>
        [
            .. platforms
                .SelectMany(Of)
                .GroupBy(row => (row.Name, row.Version, row.Kind, row.Licence))
                .Select(same =>
                    same.First() with
                    {
                        Architectures = [.. same.SelectMany(row => row.Architectures).Distinct()],
                        Bytes = same.Max(row => row.Bytes),
                    }
                )
                .OrderBy(row => row.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(row => row.Version, StringComparer.Ordinal),
        ];

    private static IEnumerable<SbomRow> Of(ReportedPlatform platform)
    {
        Dictionary<string, long> sizes = platform
            .Contents.Layers.SelectMany(layer => layer.Entries)
            .GroupBy(entry => entry.Owner, StringComparer.Ordinal)
            .ToDictionary(owned => owned.Key, owned => owned.Sum(entry => entry.Size), StringComparer.Ordinal);
        return platform
            .Sbom.Packages.Where(package => package.Id != platform.Sbom.Describes)
            .Select(package => new SbomRow(
                package.Name,
                package.Version ?? "",
                KindOf(package),
                package.LicenceDeclared == SpdxPackage.NoAssertion ? "" : package.LicenceDeclared,
                [platform.Image.Platform.Architecture],
                OwnersOf(package).Where(sizes.ContainsKey).Select(owner => (long?)sizes[owner]).FirstOrDefault()
            ));
    }

    private static string KindOf(SpdxPackage package) =>
        package.Purl is { } purl && purl.StartsWith("pkg:deb/", StringComparison.Ordinal) ? "Debian"
        : package.Purl is { } other && other.StartsWith("pkg:", StringComparison.Ordinal) ? TypeOf(other)
        : package.Purpose == "SOURCE" ? "definition"
        : package.Id.StartsWith("SPDXRef-Step", StringComparison.Ordinal) ? "finishing step"
        : "upstream";

    private static string TypeOf(string purl) =>
        purl["pkg:".Length..].Split('/')[0] switch
        {
            "golang" => "Go",
            "cargo" => "Rust",
            "github" or "generic" => "upstream",
            var type => type,
        };

    private static IEnumerable<string> OwnersOf(SpdxPackage package) =>
        KindOf(package) switch
        {
            "Debian" => [ContentOwner.OfPackage(package.Name)],
            "definition" => [ContentOwner.Definition],
            "finishing step" => [ContentOwner.OfStep(package.Id["SPDXRef-Step-".Length..])],
            _ => [ContentOwner.OfUpstream(package.Name, package.Version ?? "")],
        };
}
