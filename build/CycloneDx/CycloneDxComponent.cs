using System.Collections.Immutable;
using Slipway.Spdx;

namespace Slipway.CycloneDx;

/// <summary>A component of a document (CycloneDX 1.6, <c>component</c>): a package of an SPDX document, in CycloneDX's words.</summary>
public sealed record CycloneDxComponent
{
    /// <summary><c>container</c>, <c>application</c>, <c>library</c>, <c>file</c> or <c>data</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The identifier that the SPDX document has for it: <c>bom-ref</c>.</summary>
    public required string Reference { get; init; }

    public required string Name { get; init; }

    public string? Version { get; init; }

    /// <summary>Who hands it out.</summary>
    public string? Supplier { get; init; }

    public string? Description { get; init; }

    /// <summary>Of what is downloaded.</summary>
    public SpdxChecksum? Checksum { get; init; }

    /// <summary>An SPDX licence expression.</summary>
    public string? Licence { get; init; }

    /// <summary>A package URL.</summary>
    public string? Purl { get; init; }

    /// <summary>Kind and address of what belongs to it elsewhere, with the hash of what is there.</summary>
    public ImmutableArray<(string Kind, string Address, SpdxChecksum? Checksum)> Elsewhere { get; init; } = [];

    /// <summary>Paths of the programs that it is in, with their leading slash; none where it is no part of a program.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>What CycloneDX has no member for.</summary>
    public ImmutableArray<(string Name, string Value)> Properties { get; init; } = [];

    /// <param name="programs">Paths of the programs that it is in.</param>
    public static CycloneDxComponent Of(SpdxPackage package, ImmutableArray<string> programs)
    {
        ArgumentNullException.ThrowIfNull(package);
        const string Organization = "Organization: ";
        return new CycloneDxComponent
        {
            Type = package.Purpose switch
            {
                "CONTAINER" => "container",
                "APPLICATION" => "application",
                // What the definition itself has, and what is made with the image.
                "SOURCE" => "data",
                "OTHER" => "file",
                // The word for what may be anything (CycloneDX 1.6, component, type).
                _ => "library",
            },
            Reference = package.Id,
            Name = package.Name,
            Version = package.Version,
            Supplier = package.Supplier.StartsWith(Organization, StringComparison.Ordinal) ? package.Supplier[Organization.Length..] : null,
            Description = package.Comment,
            Checksum = package.Checksum,
            Licence = Said(package.LicenceDeclared),
            Purl = package.Purl,
            Elsewhere = Said(package.DownloadLocation) is { } address ? [("distribution", address, package.Checksum)] : [],
            Programs = programs,
            Properties =
            [
                .. new (string Name, string? Value)[]
                {
                    ("slipway:go-sum", package.GoSum),
                    ("slipway:licence-comments", package.LicenceComments),
                    ("slipway:source-info", package.SourceInfo),
                }
                    .Where(property => property.Value is not null)
                    .Select(property => (property.Name, property.Value!)),
            ],
        };
    }

    private static string? Said(string text) => text == SpdxPackage.NoAssertion ? null : text;
}
