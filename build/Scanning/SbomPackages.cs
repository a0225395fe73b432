using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Scanning;

/// <summary>The packages that an SBOM has: Debian's, and the Go modules of its programs.</summary>
public static partial class SbomPackages
{
    private const string Debian = "pkg:deb/debian/",
        Go = "pkg:golang/";

    /// <param name="document">Of one platform.</param>
    public static IEnumerable<InstalledPackage> Of(SpdxDocument document, Platform platform)
    {
        ArgumentNullException.ThrowIfNull(document);
        Dictionary<string, string> paths = document
            .Files.DistinctBy(file => file.Id)
            .ToDictionary(file => file.Id, file => "/" + file.Path, StringComparer.Ordinal);
        Dictionary<string, string> programs = document
            .Programs.DistinctBy(built => built.Package)
            .ToDictionary(built => built.Package, built => paths.GetValueOrDefault(built.Program, ""), StringComparer.Ordinal);
        return document
            .Packages.Select(package =>
                package.Purl?.StartsWith(Debian, StringComparison.Ordinal) == true ? OfDebian(package, platform)
                : package.Purl?.StartsWith(Go, StringComparison.Ordinal) == true
                    ? OfGo(package, platform, programs.GetValueOrDefault(package.Id))
                : null
            )
            .OfType<InstalledPackage>();
    }

    /// <summary>What an image has by the SBOMs of its platforms.</summary>
    /// <param name="documents">Believed here.</param>
    public static SoftwareInventory InventoryOf(string name, IReadOnlyList<(Platform Platform, SpdxDocument Document)> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        InstalledPackage[] packages = [.. documents.SelectMany(one => Of(one.Document, one.Platform)).Distinct()];
        return new SoftwareInventory(name, "its verified SBOMs", [.. packages])
        {
            Codename = CodenameOf(packages),
            Gaps = packages.Any(package => package.Ecosystem == PackageEcosystem.Go)
                ? []
                : ["its SBOMs have no Go module: it has no Go program, or they were made before SBOMs had modules"],
            Paths = documents
                .DistinctBy(one => one.Platform)
                .ToImmutableDictionary(one => one.Platform, one => one.Document.Files.Select(file => file.Path).ToImmutableArray()),
        }.WithAssumedSources();
    }

    /// <summary>The release that its Debian packages are of; null when there are none, or of several.</summary>
    public static string? CodenameOf(IEnumerable<InstalledPackage> packages) =>
        packages
            .Select(package => package.Purl is { } purl ? Distribution().Match(purl) : Match.Empty)
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value.Split('-')[0])
            .Distinct(StringComparer.Ordinal)
            .ToArray()
            is [var only]
            ? only
            : null;

    private static InstalledPackage OfDebian(SpdxPackage package, Platform platform) =>
        new()
        {
            Ecosystem = PackageEcosystem.Debian,
            Name = package.Name,
            Version = package.Version,
            Platform = platform,
            Purl = package.Purl,
            Source = BuiltFrom().Match(package.SourceInfo ?? "") is { Success: true } built
                ? SourcePackage.OfField(built.Groups["name"].Value, built.Groups["version"].Value, null)
                : SourcePackage.OfPool(package.DownloadLocation, package.Version ?? ""),
        };

    /// <summary>The purl has the version where one is known; its path is in lower case, which Go's paths are not.</summary>
    internal static InstalledPackage OfGo(SpdxPackage package, Platform platform, string? program) =>
        new()
        {
            Ecosystem = PackageEcosystem.Go,
            Name = package.Name,
            Version = package.Purl!.Contains('@', StringComparison.Ordinal) ? package.Version : null,
            Platform = platform,
            Purl = package.Purl,
            Program = string.IsNullOrEmpty(program) ? null : program,
        };

    /// <summary>As scanners write and read it.</summary>
    [GeneratedRegex(@"\Abuilt package from: (?<name>\S+) (?<version>\S+)\z")]
    private static partial Regex BuiltFrom();

    [GeneratedRegex(@"\Apkg:deb/debian/.*[?&]distro=([a-z-]+)(&|\z)")]
    private static partial Regex Distribution();
}
