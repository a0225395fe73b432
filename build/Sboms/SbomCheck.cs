using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Sboms;

/// <summary>
/// Compares the SBOM of a platform with what the layers really hold, in both directions: every path once, with
/// its kind, target and hashes, in one package. Whose a file is, no layer can tell: that is the document's word alone.
/// </summary>
/// <param name="document">The platform's.</param>
/// <param name="folder">For spool files; made when it is needed, and deleted.</param>
public sealed class SbomCheck(SpdxDocument document, string folder)
{
    private const string Debian = "pkg:deb/debian/";

    /// <param name="place">Holds the image.</param>
    /// <param name="manifest">Its platform's manifest.</param>
    /// <returns>Nothing when both agree; else in ordinal order of what each is about.</returns>
    /// <exception cref="ContentException">The image cannot be read: something is missing, broken, or another than it says.</exception>
    public async Task<ImmutableArray<SbomFinding>> RunAsync(IContentReader place, Digest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        ManifestContent content = await place.ReadManifestAsync(manifest, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {manifest} is missing");
        Manifest read = Manifest.Parse(content.Bytes);
        ImageConfig config = await StoredConfig.ReadAsync(place, read, cancellationToken);
        using SpooledLayers spooled = await SpooledLayers.ReadAsync(place, read, config, folder, cancellationToken);
        FoundImage found = await Task.Run(
            () => HashScan.Read(spooled.Layers, spooled.Open, Path.Combine(folder, "programs"), cancellationToken),
            cancellationToken
        );
        IEnumerable<SbomFinding> all =
        [
            .. Subject(manifest),
            .. Files(found),
            .. Owners(),
            .. Packages(found),
            .. new ProgramCheck(document).Run(found),
        ];
        return [.. all.OrderBy(finding => finding.What, StringComparer.Ordinal).ThenBy(finding => finding.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<SbomFinding> Subject(Digest manifest)
    {
        SpdxPackage subject = document.Packages.Single(package => package.Id == document.Describes);
        if (subject.Checksum != SpdxChecksum.Of(manifest))
            yield return new SbomFinding(
                SbomFinding.SubjectDiffers,
                subject.Name,
                $"wanted {manifest}, got {Show(subject.Checksum?.Value)}"
            );
    }

    private IEnumerable<SbomFinding> Files(FoundImage found)
    {
        Dictionary<string, SpdxFile> listed = new(StringComparer.Ordinal);
        foreach (SpdxFile file in document.Files)
        {
            if (!listed.TryAdd(file.Path, file))
                yield return new SbomFinding(SbomFinding.FileTwice, Show("/" + file.Path), "the SBOM names it twice");
        }

        foreach (FoundEntry entry in found.Entries)
        {
            SpdxFile wanted = SpdxEntry.Of(entry);
            if (!listed.Remove(entry.Path, out SpdxFile? file))
                yield return new SbomFinding(
                    SbomFinding.FileMissing,
                    Show("/" + entry.Path),
                    "the image holds it, and the SBOM does not name it"
                );
            else if (file != wanted)
                yield return new SbomFinding(
                    SbomFinding.FileDiffers,
                    Show("/" + entry.Path),
                    $"the image has {Describe(wanted)}, the SBOM {Describe(file)}"
                );
        }

        foreach (SpdxFile file in listed.Values)
            yield return new SbomFinding(SbomFinding.FileExtra, Show("/" + file.Path), "the SBOM names it, and the image does not hold it");
    }

    private IEnumerable<SbomFinding> Owners()
    {
        ILookup<string, string> owners = document.Contains.ToLookup(
            containment => containment.Part,
            containment => containment.Whole,
            StringComparer.Ordinal
        );
        ILookup<string, SpdxFile> owned = document
            .Files.SelectMany(file => owners[file.Id].Select(owner => (owner, file)))
            .ToLookup(pair => pair.owner, pair => pair.file, StringComparer.Ordinal);
        foreach (SpdxFile file in document.Files.Where(file => owners[file.Id].Count() != 1))
            yield return new SbomFinding(
                SbomFinding.FileOwner,
                Show("/" + file.Path),
                $"wanted one package that contains it, got {owners[file.Id].Count()}"
            );
        HashSet<string> linked = [.. document.Programs.Select(built => built.Package)];
        foreach (SpdxPackage package in document.Packages)
        {
            if (!owned.Contains(package.Id) && package.Id != document.Describes && !linked.Contains(package.Id))
                yield return new SbomFinding(SbomFinding.PackageExtra, Show(package.Name), "nothing in the image is of it");
            string? code = owned.Contains(package.Id) ? SpdxPackage.CodeOf(owned[package.Id]) : null;
            if (package.VerificationCode != code)
                yield return new SbomFinding(
                    SbomFinding.CodeDiffers,
                    Show(package.Name),
                    $"its files give {code ?? "none"}, it says {Show(package.VerificationCode)}"
                );
        }
    }

    /// <summary>
    /// Only an image that has such a list can be asked for it; a package of which only directories are left is not in it.
    /// </summary>
    private IEnumerable<SbomFinding> Packages(FoundImage found)
    {
        Dictionary<string, string> installed = new(PackageDatabase.Of(found), StringComparer.Ordinal);
        if (installed.Count == 0)
            yield break;
        HashSet<string> paths = [.. document.Files.Where(file => !file.Name.EndsWith('/')).Select(file => file.Id)];
        HashSet<string> withFiles =
        [
            .. document.Contains.Where(containment => paths.Contains(containment.Part)).Select(containment => containment.Whole),
        ];
        foreach (
            SpdxPackage package in document.Packages.Where(package => package.Purl?.StartsWith(Debian, StringComparison.Ordinal) == true)
        )
        {
            if (!installed.Remove(package.Name, out string? version) && withFiles.Contains(package.Id))
                yield return new SbomFinding(SbomFinding.PackageExtra, Show(package.Name), "the image's list of packages does not have it");
            else if (version is not null && version != package.Version)
                yield return new SbomFinding(
                    SbomFinding.PackageDiffers,
                    Show(package.Name),
                    $"the image's list has version {Show(version)}, the SBOM {Show(package.Version)}"
                );
        }

        foreach ((string name, string version) in installed)
            yield return new SbomFinding(
                SbomFinding.PackageMissing,
                Show(name),
                $"the image's list of packages has it in version {Show(version)}"
            );
    }

    private static string Describe(SpdxFile file) => Show($"{file.Comment ?? "a file"}, sha256:{file.Sha256} sha1:{file.Sha1}");

    private static string Show(string? text) => text is null ? "nothing" : Printable.Of(text);
}
