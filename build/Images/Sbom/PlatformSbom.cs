using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;

namespace Slipway.Images;

/// <summary>Makes the SBOM of one platform: every path that its layers really hold, once, in the package that put it there.</summary>
internal sealed class PlatformSbom
{
    public required ImageDefinition Definition { get; init; }

    public required ImageLock Lock { get; init; }

    public required AssembledPlatform Assembled { get; init; }

    /// <summary>Whose everything is.</summary>
    public required ImageContents Contents { get; init; }

    /// <summary>What the layers really hold, hashed.</summary>
    public required FoundImage Found { get; init; }

    private Digest Digest => Assembled.Manifest.Digest;

    /// <exception cref="ContentException">Layers, list of contents and lock do not say the same.</exception>
    public SpdxDocument Make()
    {
        ILookup<string, SpdxFile> files = FilesByOwner();
        OwnerPackage owners = new()
        {
            Definition = Definition,
            Lock = Lock,
            Platform = Assembled.Platform,
            Found = Found,
        };
        var packages = ImmutableArray.CreateBuilder<SpdxPackage>();
        var contains = ImmutableArray.CreateBuilder<SpdxContainment>();
        SortedDictionary<string, ExtractedLicence> licences = new(StringComparer.Ordinal);
        SpdxPackage image = Image();
        packages.Add(image);
        foreach (IGrouping<string, SpdxFile> owned in files.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            (SpdxPackage package, ImmutableArray<ExtractedLicence> extracted) = owners.Of(owned.Key);
            packages.Add(package with { VerificationCode = SpdxPackage.CodeOf(owned) });
            contains.Add(new SpdxContainment(image.Id, package.Id));
            contains.AddRange(owned.Select(file => new SpdxContainment(package.Id, file.Id)));
            foreach (ExtractedLicence licence in extracted)
                licences[licence.Id] = licence;
        }

        SpdxProgram[] programs = [.. ProgramsOf()];
        return new SpdxDocument
        {
            Name = $"{Definition.Name} {Definition.Version} {Assembled.Platform}",
            Namespace = NamespaceOf(Definition, Digest),
            Created = Lock.Timestamp,
            Describes = image.Id,
            Packages = [.. packages, .. programs.SelectMany(program => program.Packages)],
            Files = [.. files.SelectMany(group => group).OrderBy(file => file.Path, StringComparer.Ordinal)],
            Contains = contains.ToImmutable(),
            Programs = [.. programs.SelectMany(program => program.Relationships)],
            Licences = [.. licences.Values],
        };
    }

    /// <summary>The address of the document about a manifest or index: another image, another address.</summary>
    public static string NamespaceOf(ImageDefinition definition, Digest digest) =>
        $"{definition.Source}/spdx/{digest.Algorithm}-{digest.Hex}";

    /// <summary>What an SBOM says of an image that holds stand-ins.</summary>
    public static string? StandInsOf(ImageLock imageLock) =>
        imageLock.StandingIn.IsEmpty
            ? null
            : $"For a rehearsal only: stand-ins took the place of {string.Join(", ", imageLock.StandingIn)}.";

    private IEnumerable<SpdxProgram> ProgramsOf()
    {
        if (Found.Entries.FirstOrDefault(entry => entry.File?.BrokenBuild is not null) is { } broken)
            throw new ContentException(
                $"{Definition.Name} {Assembled.Platform}: /{Printable.Of(broken.Path)}: {Printable.Of(broken.File!.BrokenBuild!)}. "
                    + "What the program was built from cannot be told; use another file of it"
            );
        return SpdxProgram.AllOf(Found);
    }

    private SpdxPackage Image() =>
        new()
        {
            Id = SpdxId.Image,
            Name = Definition.Name,
            Version = Definition.Version,
            Supplier = OwnerPackage.SupplierOf(Definition),
            Checksum = SpdxChecksum.Of(Digest),
            LicenceDeclared = SpdxPackage.NoAssertion,
            Purpose = "CONTAINER",
            Comment = StandInsOf(Lock),
            Purl = PackageUrl.OfImage(Definition.Official, Digest, Assembled.Platform.Architecture),
        };

    private ILookup<string, SpdxFile> FilesByOwner()
    {
        if (!Contents.Layers.Select(layer => layer.DiffId).SequenceEqual(Assembled.Layers.Select(layer => layer.DiffId)))
            throw Differs("the list of contents describes other layers");
        // What a later layer has of a path is what is seen.
        Dictionary<string, ContentEntry> listed = new(StringComparer.Ordinal);
        foreach (ContentEntry entry in Contents.Layers.SelectMany(layer => layer.Entries))
            listed[entry.Path] = entry;
        List<(string Owner, SpdxFile File)> files = [];
        foreach (FoundEntry entry in Found.Entries)
        {
            if (!listed.Remove(entry.Path, out ContentEntry? whose) || whose.Kind != entry.Kind || whose.Digest != entry.File?.Digest)
                throw Differs($"/{entry.Path} differs from the list of contents");
            files.Add((whose.Owner, SpdxEntry.Of(entry)));
        }

        return listed.Count == 0
            ? files.ToLookup(file => file.Owner, file => file.File, StringComparer.Ordinal)
            : throw Differs($"the list of contents names /{listed.Keys.Order(StringComparer.Ordinal).First()}, which does not exist");
    }

    private ContentException Differs(string problem)
    {
        NextCommand next = new("Assemble") { Image = Definition.Name };
        return next.After(new ContentException($"{Definition.Name} {Assembled.Platform}: {problem}. Run {next}"));
    }
}
