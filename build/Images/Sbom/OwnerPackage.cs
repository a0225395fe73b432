using System.Collections.Immutable;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Images;

/// <summary>
/// Who put a file into an image, as a package of the SBOM: a Debian package, an upstream file, the definition, or a finishing step.
/// </summary>
internal sealed class OwnerPackage
{
    private const string NotUpstreams =
        "A stand-in for a rehearsal took its place: this is not upstream's file, and nothing with it can be published.";

    public required ImageDefinition Definition { get; init; }

    public required ImageLock Lock { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>Where licence files are.</summary>
    public required FoundImage Found { get; init; }

    /// <param name="owner">As a list of contents says it.</param>
    /// <exception cref="ContentException">The lock and the definition know no such owner.</exception>
    public (SpdxPackage Package, ImmutableArray<ExtractedLicence> Licences) Of(string owner)
    {
        if (owner == ContentOwner.Definition)
            return (OfDefinition(), []);
        if (ContentOwner.StepOf(owner) is { } step)
            return (OfStep(step), []);
        if (Lock.Packages.FirstOrDefault(package => ContentOwner.OfPackage(package.Name) == owner) is { } package)
            return OfDebian(package);
        return Lock.Upstream.FirstOrDefault(upstream => ContentOwner.OfUpstream(upstream.Name, upstream.Version) == owner) is { } upstream
            ? (OfUpstream(upstream), [])
            : throw new ContentException($"owner '{owner}' is not in the lock");
    }

    private SpdxPackage OfDefinition() =>
        new()
        {
            Id = SpdxId.OfPackage("Definition", Definition.Name),
            Name = $"{Definition.Name} image definition",
            Version = Definition.Version,
            Supplier = SupplierOf(Definition),
            DownloadLocation = Definition.Source,
            LicenceDeclared = Definition.Licenses,
            Purpose = "SOURCE",
            Comment = "Files, directories and links that the definition of the image has itself.",
        };

    private SpdxPackage OfStep(string step) =>
        new()
        {
            Id = SpdxId.OfPackage("Step", step),
            Name = $"{Definition.Name} finishing step {step}",
            Version = Definition.Version,
            Supplier = SupplierOf(Definition),
            Purpose = "OTHER",
            Comment = "Made with the image, out of what its packages hold.",
        };

    private SpdxPackage OfUpstream(LockedUpstream upstream)
    {
        LockedFile file = upstream.Files[Platform.Architecture];
        bool standsIn = Lock.StandingIn.Contains(upstream.Name, StringComparer.Ordinal);
        return new SpdxPackage
        {
            Id = SpdxId.OfPackage("Upstream", upstream.Name),
            Name = standsIn ? $"stand-in for {upstream.Name}" : upstream.Name,
            Version = standsIn ? null : upstream.Version,
            DownloadLocation = standsIn ? SpdxPackage.NoAssertion : file.Location,
            Checksum = SpdxChecksum.Of(file.Digest),
            Purpose = "APPLICATION",
            Comment = standsIn ? NotUpstreams : null,
            Purl = standsIn ? null : PackageUrl.OfDownload(upstream.Name, upstream.Version, file.Digest, file.Location),
        };
    }

    private (SpdxPackage Package, ImmutableArray<ExtractedLicence> Licences) OfDebian(LockedPackage package)
    {
        (CopyrightFile? copyright, string? problem) = CopyrightOf(package.Name);
        LockedFile file = package.Files[Platform.Architecture];
        string version = package.Versions[Platform.Architecture],
            architecture = ArchitectureOf(file);
        return (
            new SpdxPackage
            {
                Id = SpdxId.OfPackage("Debian", package.Name),
                Name = package.Name,
                Version = version,
                Supplier = "Organization: Debian",
                DownloadLocation = DebianMirror.Snapshot(Lock.Timestamp).Locate(file.Location)[0].Address.ToString(),
                Checksum = SpdxChecksum.Of(file.Digest),
                LicenceDeclared = copyright?.Expression ?? SpdxPackage.NoAssertion,
                LicenceComments = problem,
                Purl = PackageUrl.OfDebian(package.Name, version, architecture, Definition.Debian.Suites[0]),
                Comment = $"architecture {architecture}",
            },
            copyright?.Licences ?? []
        );
    }

    private (CopyrightFile? File, string? Problem) CopyrightOf(string package)
    {
        string path = $"usr/share/doc/{package}/copyright";
        if (Found.FileAt(path)?.File?.Text is not { } text)
            return (null, null);
        try
        {
            return (CopyrightFile.Parse(text, path), null);
        }
        catch (ContentException e)
        {
            return (null, $"/{path} claims the machine-readable format but does not follow it: {Printable.Of(e.Message)}");
        }
    }

    /// <summary>The last part of a name in Debian's archive, <c>NAME_VERSION_ARCHITECTURE.deb</c>.</summary>
    private static string ArchitectureOf(LockedFile file)
    {
        string name = file.Location[(file.Location.LastIndexOf('/') + 1)..];
        string[] parts = name.Split('_');
        return parts is [_, _, var last] && last.EndsWith(".deb", StringComparison.Ordinal)
            ? last[..^".deb".Length]
            : throw new ContentException($"location '{file.Location}': wanted NAME_VERSION_ARCHITECTURE.deb");
    }

    /// <summary>Whoever has the repository that the image is officially in.</summary>
    public static string SupplierOf(ImageDefinition definition) =>
        $"Organization: {definition.Official.Name[..definition.Official.Name.LastIndexOf('/')]}";
}
