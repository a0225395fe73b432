using Slipway.Layers;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Sboms;

/// <summary>Compares what an SBOM says of the programs of an image with what they say themselves of how they were built.</summary>
/// <param name="document">The platform's.</param>
internal sealed class ProgramCheck(SpdxDocument document)
{
    public IEnumerable<SbomFinding> Run(FoundImage found)
    {
        Dictionary<string, SpdxPackage> packages = document.Packages.ToDictionary(package => package.Id, StringComparer.Ordinal);
        Dictionary<string, string> paths = document
            .Files.DistinctBy(file => file.Id)
            .ToDictionary(file => file.Id, file => file.Path, StringComparer.Ordinal);
        HashSet<SpdxRelationship> told = [.. document.Programs];
        foreach (FoundEntry entry in found.Entries.Where(entry => entry.File?.BrokenBuild is not null))
            yield return new SbomFinding(
                SbomFinding.ProgramUnreadable,
                Printable.Of("/" + entry.Path),
                Printable.Of(entry.File!.BrokenBuild!)
            );
        foreach (SpdxProgram program in SpdxProgram.AllOf(found))
        {
            foreach ((SpdxPackage wanted, SpdxRelationship built) in program.Packages.Zip(program.Relationships))
            {
                string path = "/" + program.Path;
                if (!told.Remove(built) || !packages.TryGetValue(wanted.Id, out SpdxPackage? package))
                    yield return Finding(
                        SbomFinding.ModuleMissing,
                        path,
                        wanted,
                        "the program was built from it, and the SBOM does not say so"
                    );
                else if (package != wanted)
                    yield return Finding(
                        SbomFinding.ModuleDiffers,
                        path,
                        wanted,
                        $"the SBOM says {NameOf(package)} of it, or other details"
                    );
            }
        }

        foreach (SpdxRelationship extra in told)
            yield return Finding(
                SbomFinding.ModuleExtra,
                "/" + paths.GetValueOrDefault(extra.Program, ""),
                packages[extra.Package],
                "the SBOM says that the program was built from it, and the program does not"
            );
    }

    private static SbomFinding Finding(string name, string path, SpdxPackage package, string problem) =>
        new(name, Printable.Of(path), $"{NameOf(package)}: {problem}");

    private static string NameOf(SpdxPackage package) => Printable.Of($"{package.Name} {package.Version}".TrimEnd());
}
