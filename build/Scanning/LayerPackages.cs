using System.Collections.Immutable;
using System.Text;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;

namespace Slipway.Scanning;

/// <summary>
/// The packages of an image that has no SBOM, or none that is believed: those that it lists itself, in <c>/var/lib/dpkg/status</c> or
/// <c>status.d</c>, and what its programs say they were built from. The layers are proven by the digest; what is in them is their own word.
/// </summary>
/// <param name="folder">For spool files; made, and deleted.</param>
public sealed class LayerPackages(string folder)
{
    private const int MostPlatforms = 32;

    /// <summary>
    /// The Debian release of its packages where the image itself does not say it; null where nobody else knows its packages either.
    /// </summary>
    public string? Codename { get; init; }

    /// <param name="name">What the image is called.</param>
    /// <param name="place">Holds it.</param>
    /// <param name="root">Its index or manifest.</param>
    /// <param name="origin">Why the layers are read, for people.</param>
    /// <exception cref="ContentException">Something is missing, broken, or another than it says.</exception>
    public async Task<SoftwareInventory> ReadAsync(
        string name,
        IContentReader place,
        Digest root,
        string origin,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(place);
        List<InstalledPackage> packages = [];
        List<string> gaps = [];
        HashSet<string?> codenames = [];
        var paths = ImmutableDictionary.CreateBuilder<Platform, ImmutableArray<string>>();
        foreach ((Digest digest, Platform? platform) in await PlatformsAsync(place, root, cancellationToken))
        {
            Manifest manifest = Manifest.ParseAny((await ManifestAsync(place, digest, cancellationToken)).Bytes);
            ImageConfig config = await StoredConfig.ReadAsync(place, manifest, cancellationToken);
            using SpooledLayers spooled = await SpooledLayers.ReadAsync(place, manifest, config, folder, cancellationToken);
            FoundImage found = await Task.Run(
                () => HashScan.Read(spooled.Layers, spooled.Open, Path.Combine(folder, "programs"), cancellationToken),
                cancellationToken
            );
            string? codename = CodenameOf(found) ?? Codename;
            codenames.Add(codename);
            Platform here = platform ?? config.Platform;
            InstalledPackage[] installed = [.. Of(found, here, codename)];
            packages.AddRange(installed);
            bool hasDebian = installed.Any(package => package.Ecosystem == PackageEcosystem.Debian);
            if (Codename is null && !hasDebian)
                gaps.Add($"{here}: no list of Debian packages is in it, so it is not known whether it has any");
            if (codename is null && hasDebian)
                gaps.Add($"{here}: no os-release says of which Debian release its packages are, so they were compared with nothing");
            paths[here] = [.. found.Entries.Select(entry => entry.Path)];
            gaps.AddRange(
                found
                    .Entries.Where(entry => entry.File?.BrokenBuild is not null)
                    .Select(entry => $"/{entry.Path}: {entry.File!.BrokenBuild}: its modules are not known")
            );
        }

        return new SoftwareInventory(name, origin, [.. packages])
        {
            Codename = codenames is { Count: 1 } ? codenames.Single() : null,
            Gaps =
            [
                .. gaps,
                .. codenames.Count > 1
                    ? ["its platforms are of several Debian releases, so their packages were compared with nothing"]
                    : (string[])[],
            ],
            Paths = paths.ToImmutable(),
        };
    }

    private static async Task<IReadOnlyList<(Digest Digest, Platform? Platform)>> PlatformsAsync(
        IContentReader place,
        Digest root,
        CancellationToken cancellationToken
    )
    {
        ManifestContent content = await ManifestAsync(place, root, cancellationToken);
        if (!MediaType.IsAnyIndex(content.MediaType))
            return [(root, null)];
        // What is no platform is a statement about one, as Docker's builder lays it beside.
        (Digest, Platform?)[] platforms =
        [
            .. Oci
                .Index.ParseAny(content.Bytes)
                .Manifests.Where(entry => entry.Platform is { Os: not "unknown" })
                .Select(entry => (entry.Digest, entry.Platform)),
        ];
        return platforms.Length is > 0 and <= MostPlatforms
            ? platforms
            : throw new ContentException($"{place.Name}: {root}: wanted 1 to {MostPlatforms} platforms, got {platforms.Length}");
    }

    private static async Task<ManifestContent> ManifestAsync(IContentReader place, Digest digest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{place.Name}: {digest} is missing");

    private static IEnumerable<InstalledPackage> Of(FoundImage found, Platform platform, string? codename)
    {
        IEnumerable<InstalledPackage> debian = PackageDatabase
            .AllOf(found)
            .Select(package => new InstalledPackage
            {
                Ecosystem = PackageEcosystem.Debian,
                Name = package.Name,
                Version = package.Version,
                Platform = platform,
                Purl = codename is null
                    ? null
                    : PackageUrl.OfDebian(
                        package.Name,
                        package.Version,
                        package.Architecture.Length == 0 ? platform.Architecture : package.Architecture,
                        codename
                    ),
                Source = SourcePackage.OfField(package.Name, package.Version, package.Source),
            });
        IEnumerable<InstalledPackage> go =
            from program in SpdxProgram.AllOf(found)
            from package in program.Packages
            where package.Purl?.StartsWith("pkg:golang/", StringComparison.Ordinal) == true
            select SbomPackages.OfGo(package, platform, "/" + program.Path);
        return [.. debian, .. go];
    }

    /// <summary>Of Debian (os-release(5)); null for all else.</summary>
    private static string? CodenameOf(FoundImage found)
    {
        if ((found.FileAt("etc/os-release") ?? found.FileAt("usr/lib/os-release"))?.File?.Text is not { } text)
            return null;
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(text.Span).Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and int at)
                fields[line[..at]] = line[(at + 1)..].Trim().Trim('"', '\'');
        }

        return fields.GetValueOrDefault("ID") == "debian" ? fields.GetValueOrDefault("VERSION_CODENAME") : null;
    }
}
