using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Development;

/// <summary>A NuGet package that this program or its tests are made of.</summary>
/// <param name="Name">Its id.</param>
/// <param name="ContentHash">SHA-512 of the package without its signature, as lock files have it: base64.</param>
internal sealed record NuGetPackage(string Name, string Version, string ContentHash)
{
    /// <summary>SHA-512 of the file as it is downloaded, signature and all, in lower-case hex.</summary>
    public string FileHash { get; init; } = "";

    /// <summary>An SPDX licence expression, as its own <c>.nuspec</c> declares it; null where it declares none.</summary>
    public string? Licence { get; init; }

    /// <summary>Whether a project names it itself; else another package needs it.</summary>
    public bool IsDirect { get; init; }

    /// <summary>The packages that need it, sorted.</summary>
    public ImmutableArray<string> NeededBy { get; init; } = [];

    public ProgramPart ToPart() => new(Name, Version, FileHash, Licence);
}

/// <summary>
/// The packages of lock files (<c>packages.lock.json</c>, version 2), with what they declare of themselves in the folder that NuGet
/// unpacked them to.
/// </summary>
/// <param name="root">The repository, restored.</param>
internal sealed class NuGetPackages(string root)
{
    private const int LargestFile = 16 << 20;
    private const string NativeRuntime = "Microsoft.NETCore.App.Runtime.NativeAOT.";

    /// <summary>What is in the build program: all that <c>build/Graph</c> needs, directly or not.</summary>
    public ImmutableArray<NuGetPackage> OfProgram() => Read([Path.Combine(root, "build", "Graph")]);

    /// <summary>What is in slipway-verify.</summary>
    public ImmutableArray<NuGetPackage> OfVerifyProgram() => Read([Path.Combine(root, "build", "SlipwayVerify")]);

    /// <summary>What is in either.</summary>
    public ImmutableArray<NuGetPackage> OfPrograms() =>
        Read([Path.Combine(root, "build", "Graph"), Path.Combine(root, "build", "SlipwayVerify")]);

    /// <summary>What only tests and benchmarks need.</summary>
    public ImmutableArray<NuGetPackage> OfTestsAlone()
    {
        HashSet<string> program = [.. OfPrograms().Select(package => package.Name)];
        return [.. Read(Directory.EnumerateDirectories(Path.Combine(root, "tests"))).Where(package => !program.Contains(package.Name))];
    }

    /// <summary>The part of the .NET runtime that is compiled into a native program.</summary>
    /// <param name="assets">What the program's restore found (<c>project.assets.json</c>, version 3).</param>
    /// <exception cref="ContentException">It names no such part, or more than one.</exception>
    public static NuGetPackage RuntimeOf(string assets)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(assets));
        string[] folders = [.. document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        (string Name, string Version)[] found =
        [
            .. document
                .RootElement.GetProperty("project")
                .GetProperty("frameworks")
                .EnumerateObject()
                .Where(framework => framework.Value.TryGetProperty("downloadDependencies", out _))
                .SelectMany(framework => framework.Value.GetProperty("downloadDependencies").EnumerateArray())
                // As [10.0.12, 10.0.12]: exactly this version.
                .Select(one => (one.GetProperty("name").GetString()!, one.GetProperty("version").GetString()!.Trim('[').Split(',')[0]))
                .Where(one => one.Item1.StartsWith(NativeRuntime, StringComparison.Ordinal)),
        ];
        if (found is not [var (name, version)])
            throw new ContentException($"{assets}: wanted one package {NativeRuntime}…, got {found.Length}");
        string folder = folders
            .Select(one => Path.Combine(one, name.ToLowerInvariant(), version.ToLowerInvariant()))
            .First(Directory.Exists);
        using JsonDocument metadata = JsonDocument.Parse(Read(Path.Combine(folder, ".nupkg.metadata")));
        return Described(folders, new NuGetPackage(name, version, metadata.RootElement.GetProperty("contentHash").GetString()!));
    }

    private ImmutableArray<NuGetPackage> Read(IEnumerable<string> projects)
    {
        SortedDictionary<string, NuGetPackage> found = new(StringComparer.OrdinalIgnoreCase);
        SortedDictionary<string, SortedSet<string>> needs = new(StringComparer.OrdinalIgnoreCase);
        foreach (
            string file in projects
                .Select(project => Path.Combine(project, "packages.lock.json"))
                .Where(File.Exists)
                .Order(StringComparer.Ordinal)
        )
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (
                JsonProperty package in document
                    .RootElement.GetProperty("dependencies")
                    .EnumerateObject()
                    .SelectMany(framework => framework.Value.EnumerateObject())
            )
            {
                string type = package.Value.GetProperty("type").GetString()!;
                if (type == "Project")
                    continue;
                NuGetPackage read = new(
                    package.Name,
                    package.Value.GetProperty("resolved").GetString()!,
                    package.Value.GetProperty("contentHash").GetString()!
                )
                {
                    IsDirect = type is "Direct" or "CentralTransitive",
                };
                found[read.Name] = found.TryGetValue(read.Name, out NuGetPackage? had)
                    ? read with
                    {
                        IsDirect = read.IsDirect || had.IsDirect,
                    }
                    : read;
                if (package.Value.TryGetProperty("dependencies", out JsonElement below))
                {
                    foreach (JsonProperty needed in below.EnumerateObject())
                        (
                            needs.TryGetValue(needed.Name, out SortedSet<string>? by)
                                ? by
                                : needs[needed.Name] = new SortedSet<string>(StringComparer.OrdinalIgnoreCase)
                        ).Add(package.Name);
                }
            }
        }

        string[] folders = Folders();
        return
        [
            .. found.Values.Select(package =>
                Described(folders, package) with
                {
                    NeededBy = needs.TryGetValue(package.Name, out SortedSet<string>? by) ? [.. by] : [],
                }
            ),
        ];
    }

    /// <summary>Where NuGet unpacked the packages of the last restore.</summary>
    /// <exception cref="WorkflowException">Nothing was restored.</exception>
    private string[] Folders()
    {
        string assets = Path.Combine(root, "build", "Graph", "obj", "project.assets.json");
        if (!File.Exists(assets))
            throw new WorkflowException(
                $"{assets}: file not found, so it is not known where packages are. Run dotnet restore",
                FailureKind.Unavailable
            );
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(assets));
        return [.. document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
    }

    /// <summary>With what the unpacked package says of itself.</summary>
    /// <exception cref="WorkflowException">It was not restored.</exception>
    /// <exception cref="ContentException">What was restored is another content than the lock file names.</exception>
    private static NuGetPackage Described(string[] folders, NuGetPackage package)
    {
        string id = package.Name.ToLowerInvariant(),
            version = package.Version.ToLowerInvariant();
        string folder = folders.Select(folder => Path.Combine(folder, id, version)).FirstOrDefault(Directory.Exists)
            ?? throw new WorkflowException(
                $"{package.Name} {package.Version} is in a lock file and was not restored. Run dotnet restore Slipway.slnx",
                FailureKind.Unavailable
            );
        using JsonDocument metadata = JsonDocument.Parse(Read(Path.Combine(folder, ".nupkg.metadata")));
        if (metadata.RootElement.GetProperty("contentHash").GetString() is var got && got != package.ContentHash)
            throw new ContentException(
                $"{package.Name} {package.Version}: content wanted {package.ContentHash} by the lock file, "
                    + $"got {Printable.Of(got ?? "none")}. Delete {folder} and run dotnet restore"
            );
        XDocument specification = XDocument.Load(new MemoryStream(Read(Path.Combine(folder, id + ".nuspec"))));
        return package with
        {
            FileHash = Convert.ToHexStringLower(
                Convert.FromBase64String(Encoding.ASCII.GetString(Read(Path.Combine(folder, $"{id}.{version}.nupkg.sha512"))).Trim())
            ),
            Licence = specification
                .Descendants()
                .FirstOrDefault(element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression")
                ?.Value.Trim(),
        };
    }

    private static byte[] Read(string path) => RegularFile.ReadBytes(path, LargestFile);
}
