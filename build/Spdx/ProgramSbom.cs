using System.Collections.Immutable;

namespace Slipway.Spdx;

/// <summary>
/// The SBOM of a .NET program: itself and the NuGet packages that it contains, each with the hash that its lock file holds it to.
/// </summary>
public static class ProgramSbom
{
    /// <param name="name">The program's.</param>
    /// <param name="version">The program's.</param>
    /// <param name="source">
    /// An https address of its source, below which the document gets an address of its own; null where none is known.
    /// </param>
    /// <param name="created">When the document is made; told to the second.</param>
    public static SpdxDocument Of(string name, string version, Uri? source, DateTimeOffset created, IEnumerable<ProgramPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        SpdxPackage program = new()
        {
            Id = SpdxId.OfPackage("Program", name),
            Name = name,
            Version = version,
            DownloadLocation = source is null ? SpdxPackage.NoAssertion : $"git+{source.AbsoluteUri}",
            Purpose = "APPLICATION",
        };
        ImmutableArray<SpdxPackage> packages =
        [
            .. parts
                .Select(part => new SpdxPackage
                {
                    Id = SpdxId.OfPackage("NuGet", part.Name),
                    Name = part.Name,
                    Version = part.Version,
                    Checksum = new SpdxChecksum("SHA512", part.Sha512),
                    LicenceDeclared = part.Licence ?? SpdxPackage.NoAssertion,
                    Purpose = "LIBRARY",
                    Purl = PackageUrl.OfNuGet(part.Name, part.Version),
                })
                .OrderBy(package => package.Id, StringComparer.Ordinal),
        ];
        string parted = string.Concat(packages.Select(package => $"{package.Purl} {package.Checksum!.Value}\n"));
        return new SpdxDocument
        {
            Name = $"{name} {version}",
            Namespace =
                $"{source?.AbsoluteUri ?? "https://spdx.org/spdxdocs"}/{name}-{version}-{Oci.Digest.Of(System.Text.Encoding.UTF8.GetBytes(parted + created.UtcTicks)).Hex[..32]}",
            Created = created.AddTicks(-(created.UtcTicks % TimeSpan.TicksPerSecond)),
            Describes = program.Id,
            Packages = [program, .. packages],
            Contains = [.. packages.Select(package => new SpdxContainment(program.Id, package.Id))],
        };
    }
}

/// <summary>A package in a program.</summary>
/// <param name="Sha512">Of the package as it is downloaded, in lower-case hex.</param>
/// <param name="Licence">An SPDX licence expression; null where it declares none.</param>
public sealed record ProgramPart(string Name, string Version, string Sha512, string? Licence);
