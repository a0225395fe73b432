using System.Collections.Immutable;
using Slipway.Elf;
using Slipway.Layers;
using Slipway.Spdx;

namespace Slipway.Sboms;

/// <summary>
/// What a program of an image was built from, as an SBOM has it: the same program at the same path always gives the same packages. Each
/// program has packages of its own, also where two were built from the same module, so that what is found in one is told for each.
/// </summary>
/// <param name="Path">The program's, without a leading slash.</param>
/// <param name="Packages">Modules and packages, each once.</param>
/// <param name="Relationships">Of the program's file to each of them, in the same order.</param>
public sealed record SpdxProgram(string Path, ImmutableArray<SpdxPackage> Packages, ImmutableArray<SpdxRelationship> Relationships)
{
    /// <summary>
    /// Those of all programs that say it, in ordinal order of their paths. A program with several names is told by the first of them.
    /// </summary>
    /// <param name="found">As <see cref="HashScan"/> found it.</param>
    public static IEnumerable<SpdxProgram> AllOf(FoundImage found)
    {
        ArgumentNullException.ThrowIfNull(found);
        HashSet<FoundEntry> told = new(ReferenceEqualityComparer.Instance);
        return found
            .Entries.Where(entry => entry.Real.File is { Go: not null } or { Cargo: not null } && told.Add(entry.Real))
            .Select(entry => Of(entry.Path, entry.Real.File!));
    }

    private static SpdxProgram Of(string path, FileFindings file)
    {
        (SpdxPackage Package, string Type)[] parts =
        [
            .. (file.Go is { } go ? new GoProgramSbom(path, go).Parts() : [])
                .Concat(file.Cargo is { } cargo ? CargoParts(path, cargo) : [])
                .DistinctBy(part => part.Package.Id),
        ];
        string program = SpdxId.OfFile(path);
        return new SpdxProgram(
            path,
            [.. parts.Select(part => part.Package)],
            [.. parts.Select(part => new SpdxRelationship(program, part.Type, part.Package.Id))]
        );
    }

    /// <summary>Without what only the build needed. Where a package is from, a package URL can tell of crates.io alone.</summary>
    private static IEnumerable<(SpdxPackage Package, string Type)> CargoParts(string path, CargoAuditData data) =>
        data
            .Packages.Where(package => !package.IsBuildDependency)
            .Select(package =>
                (
                    new SpdxPackage
                    {
                        Id = SpdxId.OfPackage("Cargo", $"{path}\n{package.Name}\n{package.Version}\n{package.Source}"),
                        Name = package.Name,
                        Version = package.Version,
                        Purpose = package.IsRoot ? "APPLICATION" : "LIBRARY",
                        SourceInfo = $"Rust audit data of /{path}: from {package.Source}",
                        Purl = package.Source == "crates.io" ? PackageUrl.OfCargo(package.Name, package.Version) : null,
                    },
                    package.IsRoot ? SpdxRelationship.GeneratedFrom : SpdxRelationship.StaticLink
                )
            );
}
