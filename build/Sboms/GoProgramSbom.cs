using System.Text.RegularExpressions;
using Slipway.Elf;
using Slipway.Spdx;

namespace Slipway.Sboms;

/// <summary>
/// A Go program's modules as packages of an SBOM: the main one, the others, and Go's standard library, which scanners know as
/// <c>stdlib</c>. A replaced module is told as what was built in its place.
/// </summary>
/// <param name="path">The program's, without a leading slash.</param>
internal sealed partial class GoProgramSbom(string path, GoBuildInfo info)
{
    /// <summary>What Go writes where it knows no version.</summary>
    private const string Development = "(devel)";

    /// <summary>Each with the type of its relationship to the program.</summary>
    public IEnumerable<(SpdxPackage Package, string Type)> Parts() =>
        info
            .Dependencies.Select(module => (Of(module, "LIBRARY"), SpdxRelationship.StaticLink))
            .Prepend((StandardLibrary(), SpdxRelationship.StaticLink))
            .Prepend((Main(), SpdxRelationship.GeneratedFrom));

    private SpdxPackage Main()
    {
        SpdxPackage package = info.Main is { } module
            ? Of(module, "APPLICATION")
            : new SpdxPackage
            {
                Id = IdOf(info.Path ?? ""),
                Name = info.Path is { Length: > 0 } ? info.Path : path[(path.LastIndexOf('/') + 1)..],
                Purpose = "APPLICATION",
                Comment = "Built without modules: which others are in the program, its build information does not say.",
            };
        string cgo =
            info.Setting("CGO_ENABLED") == "1" ? "Built with cgo: which C code is linked in, its build information does not say." : "";
        return package with { SourceInfo = $"{Source}{Revision()}", Comment = Sentences(package.Comment, cgo) };
    }

    private SpdxPackage StandardLibrary()
    {
        // What is behind the number are experiments and distributors' marks, or all of it when Go was built from no release.
        string? version = Release().Match(info.GoVersion) is { Success: true } release ? release.Groups[1].Value : null;
        return new SpdxPackage
        {
            Id = IdOf("stdlib"),
            Name = "stdlib",
            Version = version,
            Purpose = "LIBRARY",
            SourceInfo = $"{Source}, built by {info.GoVersion}",
            Purl = PackageUrl.OfGoModule("stdlib", version),
        };
    }

    private SpdxPackage Of(GoModule module, string purpose)
    {
        GoModule? other = module.Replace;
        bool isFolder = other is not null && Folder().IsMatch(other.Path);
        // Of a folder, the module's own path is all that scanners could know; which version is in it, nobody says.
        GoModule built = isFolder || other is null ? module : other;
        string? told = isFolder ? null : built.Version;
        string? version = told is { Length: > 0 } and not Development ? told : null;
        return new SpdxPackage
        {
            Id = IdOf($"{module.Path}@{module.Version}", other?.Path, other?.Version, built.Sum),
            Name = built.Path,
            Version = told is { Length: > 0 } ? told : null,
            Purpose = purpose,
            SourceInfo = Source,
            GoSum = !isFolder && Sum().IsMatch(built.Sum) ? built.Sum : null,
            Purl = PackageUrl.OfGoModule(built.Path, version),
            Comment =
                other is null ? null
                : isFolder ? $"Replaced by the folder {other.Path}, whose version is not known: {module.Version} is not in the program."
                : $"Built in place of {module.Path} {module.Version}.",
        };
    }

    private string Source => $"Go build information of /{path}";

    private string Revision() =>
        info.Setting("vcs.revision") is { } revision
            ? $": {info.Setting("vcs") ?? "revision"} {revision}"
                + (info.Setting("vcs.time") is { } time ? $" of {time}" : "")
                + (info.Setting("vcs.modified") == "true" ? ", with local changes" : "")
            : "";

    private string IdOf(params IEnumerable<string?> parts) => SpdxId.OfPackage("Go", $"{string.Join('\n', parts)}\n{path}");

    private static string? Sentences(params IEnumerable<string?> all) =>
        string.Join(' ', all.Where(text => !string.IsNullOrEmpty(text))) is { Length: > 0 } text ? text : null;

    [GeneratedRegex(@"\Ago(\d[0-9A-Za-z.]*)")]
    private static partial Regex Release();

    [GeneratedRegex(@"\Ah1:[A-Za-z0-9+/]{43}=\z")]
    private static partial Regex Sum();

    /// <summary>How Go tells a folder from a module's path (modfile, "IsDirectoryPath").</summary>
    [GeneratedRegex(@"\A(\.\.?\z|\.\.?[/\\]|[/\\]|[A-Za-z]:)")]
    private static partial Regex Folder();
}
