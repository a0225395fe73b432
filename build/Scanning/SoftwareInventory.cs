using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning;

/// <summary>What is known to be in an image.</summary>
/// <param name="Image">Its name, or the reference that it was asked for by.</param>
/// <param name="Origin">Where that is known from, for people.</param>
/// <param name="Packages">Of all platforms.</param>
public sealed record SoftwareInventory(string Image, string Origin, ImmutableArray<InstalledPackage> Packages)
{
    /// <summary>The code name of the Debian release, as <c>trixie</c>; null for another distribution, or none.</summary>
    public string? Codename { get; init; }

    /// <summary>What is not known, in sentences.</summary>
    public ImmutableArray<string> Gaps { get; init; } = [];

    /// <summary>
    /// The file that says it, relative to the repository, as <c>images/kubelet/image.lock.json</c>; null where no file does.
    /// </summary>
    public string? File { get; init; }

    /// <summary>
    /// All paths of each platform, without a leading slash; a platform whose paths are not known, as of a lock, is not there.
    /// </summary>
    public ImmutableDictionary<Platform, ImmutableArray<string>> Paths { get; init; } =
        ImmutableDictionary<Platform, ImmutableArray<string>>.Empty;

    /// <summary>What judgements are asked about.</summary>
    public IEnumerable<VexPlatform> Platforms =>
        Packages
            .GroupBy(package => package.Platform)
            .Select(here => new VexPlatform(
                here.Key,
                [.. here.Select(ComponentOf).OfType<VexComponent>()],
                Paths.TryGetValue(here.Key, out ImmutableArray<string> paths) ? paths : null
            ));

    private static VexComponent? ComponentOf(InstalledPackage package) =>
        package.Purl is { } purl && VexComponent.TryParse(purl) is { } component ? component with { Source = package.Source?.Name } : null;

    /// <summary>Whether it has a Debian package on a platform.</summary>
    public bool HasDebian(string name, Platform platform) =>
        Packages.Any(package => package.Ecosystem == PackageEcosystem.Debian && package.Name == name && package.Platform == platform);

    /// <summary>The same, saying how many source versions are assumed, if any are.</summary>
    public SoftwareInventory WithAssumedSources()
    {
        string[] assumed =
        [
            .. Packages
                .Where(package => package.Source?.IsAssumed == true)
                .Select(package => package.Name)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        return assumed.Length == 0
            ? this
            : this with
            {
                Gaps = Gaps.Add(
                    $"of {assumed.Length} packages nothing tells the version of their source, which is taken to be their own: "
                        + $"{string.Join(", ", assumed.Take(5))}{(assumed.Length > 5 ? " …" : "")}"
                ),
            };
    }

    /// <summary>Names of source packages.</summary>
    public IEnumerable<string> Sources =>
        Packages.Select(package => package.Source?.Name).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Paths of Go modules.</summary>
    public IEnumerable<string> Modules =>
        Packages
            .Where(package => package.Ecosystem == PackageEcosystem.Go)
            .Select(package => package.Name)
            .Distinct(StringComparer.Ordinal);
}
