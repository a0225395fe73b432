using System.Collections.Immutable;
using Slipway.Debian;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Definitions;

/// <summary>
/// Makes a lock from a definition: reads its suites as they are now, resolves the wanted packages for every architecture,
/// and takes over the reviewed checksums of upstream files, and optional files from the lock before. The same definition, suites and
/// optional files give the same lock.
/// </summary>
/// <param name="repository">The suites.</param>
/// <param name="freshAt">The time at which a suite must not have expired; null for a snapshot, which always has.</param>
public sealed class LockMaker(DebianRepository repository, DateTimeOffset? freshAt)
{
    /// <summary>The lock that stands in an image's folder; null when there is none.</summary>
    /// <exception cref="DefinitionException">There is one that cannot be read: what it says about dates would be lost.</exception>
    public static async Task<ImageLock?> PreviousAsync(string folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, ImageLock.FileName);
        if (!System.IO.File.Exists(path))
            return null;
        try
        {
            return ImageLockFile.Parse(
                await Task.Run(() => RegularFile.ReadBytes(path, ImageLockFile.LongestFile), cancellationToken),
                ImageLockFile.NameOf(folder)
            );
        }
        catch (Exception e) when (e is ContentException or UnfitFileException)
        {
            throw new DefinitionException(
                $"{(e is UnfitFileException file ? $"{ImageLockFile.NameOf(folder)}: {file.Problem}" : e.Message)}. Lock compares its "
                    + "dates with the new ones: restore it from git, or delete it to lock from scratch",
                e
            );
        }
    }

    /// <param name="previous">
    /// The lock that the new one takes the place of: no suite may be older than in it. Null when there is none.
    /// </param>
    /// <exception cref="ContentException">
    /// A suite's signature, hash or expiry is wrong, or it is older than in the previous lock.
    /// </exception>
    /// <exception cref="ResolutionException">A wanted package cannot be had; says the chain.</exception>
    /// <exception cref="DefinitionException">A package is named under <c>without</c> that nothing needs.</exception>
    /// <exception cref="ToolMissingException">There is no gpgv.</exception>
    public async Task<ImageLock> MakeAsync(ImageDefinition definition, ImageLock? previous, CancellationToken cancellationToken) =>
        (await ProposeAsync(definition, previous, cancellationToken)).Lock;

    /// <summary>The same, and for each package what a comparison with the previous lock needs to know of the suites.</summary>
    /// <inheritdoc cref="MakeAsync"/>
    public async Task<LockProposal> ProposeAsync(ImageDefinition definition, ImageLock? previous, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        List<DebianSuite> suites = [];
        foreach (string suite in definition.Debian.Suites)
        {
            DebianSuite read = await repository.ReadSuiteAsync(suite, freshAt, cancellationToken);
            if (previous?.Suites.FirstOrDefault(locked => locked.Name == suite) is { } locked)
                read.Release.RequireNotBefore(suite, locked.Date);
            suites.Add(read);
        }

        List<Resolution> images = [],
            standIns = [];
        List<OfferedPackage> offers = [];
        foreach (string architecture in definition.Platforms.Select(platform => platform.Architecture))
        {
            List<PackageIndex> indexes = await IndexesAsync(definition, suites, architecture, cancellationToken);
            (Resolution image, Resolution standIn) = Resolve(definition, indexes);
            images.Add(image);
            standIns.Add(standIn);
            offers.AddRange(image.Packages.Select(resolved => OfferedPackage.Of(resolved.Package, indexes, previous, architecture)));
        }

        RequireMissed(definition, images);
        LockedUpstream[] upstream =
        [
            .. definition
                .Upstream.Select(file => file.IsOptional ? LockValidator.Kept(definition, file, previous) : Reviewed(definition, file))
                .OfType<LockedUpstream>(),
        ];
        Resolution.RequireSameVersions(images);
        Resolution.RequireSameVersions(standIns);
        ImageLock made = new()
        {
            Image = definition.Name,
            Version = definition.Version,
            Timestamp = suites.Max(suite => suite.Release.Date),
            Suites = [.. suites.Select(suite => new LockedSuite(suite.Name, suite.Release.Date, suite.InRelease))],
            Debian = new LockedDebian(
                definition.Debian.Components,
                definition.Debian.Essential,
                [.. definition.Debian.Without.Select(package => package.Name).Order(StringComparer.Ordinal)]
            ),
            Wanted = definition.Layers.ToImmutableSortedDictionary(
                layer => layer.Name,
                layer => layer.Packages.Order(StringComparer.Ordinal).ToImmutableArray(),
                StringComparer.Ordinal
            ),
            Upstream = [.. upstream],
            LeftOut = [.. definition.Upstream.Select(file => file.Name).Except(upstream.Select(file => file.Name), StringComparer.Ordinal)],
            Packages = Packages(images, group => definition.Layers[group].Name),
            StandIns = Packages(standIns, _ => ""),
        };
        return new LockProposal(made, [.. offers]);
    }

    /// <summary>One architecture after the other, so that the indexes of only one are in memory.</summary>
    private async Task<List<PackageIndex>> IndexesAsync(
        ImageDefinition definition,
        List<DebianSuite> suites,
        string architecture,
        CancellationToken cancellationToken
    )
    {
        List<PackageIndex> indexes = [];
        foreach (DebianSuite suite in suites)
        {
            foreach (string component in definition.Debian.Components)
                indexes.Add(await repository.ReadPackagesAsync(suite, component, architecture, cancellationToken));
        }

        return indexes;
    }

    private static (Resolution Image, Resolution StandIns) Resolve(ImageDefinition definition, List<PackageIndex> indexes)
    {
        DependencyResolver resolver = new(indexes, definition.Debian.Without.Select(package => package.Name));
        Resolution image = resolver.Resolve([.. definition.Layers.Select(layer => layer.Packages)], definition.Debian.Essential);
        string[] standIns =
        [
            .. definition
                .Upstream.SelectMany(file => file.Install)
                .Select(installation => installation.StandIn?.Package)
                .OfType<string>()
                .Distinct(),
        ];
        // A stand-in is a program taken out of its package: what the package depends on is not wanted.
        return (image, resolver.Alone(standIns));
    }

    /// <summary>What is done without would be there on one architecture at least: else the entry says something that is not so.</summary>
    private static void RequireMissed(ImageDefinition definition, IReadOnlyList<Resolution> images)
    {
        string[] idle =
        [
            .. definition
                .Debian.Without.Select(package => package.Name)
                .Except(images.SelectMany(image => image.Without), StringComparer.Ordinal),
        ];
        if (idle.Length > 0)
        {
            throw new DefinitionException(
                $"{definition.Name}: 'without' of 'debian' names {string.Join(", ", idle)}, which no package of the image needs "
                    + $"on {string.Join(" or ", images.Select(image => image.Architecture))} "
                    + $"(or others of 'without' meet the need); take the entry out of {ImageDefinition.FileName}"
            );
        }
    }

    private static LockedUpstream Reviewed(ImageDefinition definition, UpstreamFile file) =>
        new(
            file.Name,
            file.Version,
            Confirmed: false,
            definition.Platforms.ToImmutableSortedDictionary(
                platform => platform.Architecture,
                platform => new LockedFile(file.Url(platform.Architecture).AbsoluteUri, file.Checksums[platform.Architecture], null),
                StringComparer.Ordinal
            )
        );

    /// <summary>A package goes into the lowest layer that needs it on any architecture.</summary>
    private static ImmutableArray<LockedPackage> Packages(IReadOnlyList<Resolution> resolutions, Func<int, string> layer) =>
        [
            .. resolutions
                .SelectMany(
                    resolution => resolution.Packages,
                    (resolution, resolved) => (resolution.Architecture, resolved.Package, resolved.Group)
                )
                .GroupBy(at => at.Package.Name, StringComparer.Ordinal)
                .OrderBy(package => package.Key, StringComparer.Ordinal)
                .Select(package => new LockedPackage(
                    package.Key,
                    layer(package.Min(at => at.Group)),
                    package.ToImmutableSortedDictionary(at => at.Architecture, at => at.Package.Version.ToString(), StringComparer.Ordinal),
                    package.ToImmutableSortedDictionary(at => at.Architecture, at => File(at.Package), StringComparer.Ordinal)
                )),
        ];

    private static LockedFile File(DebianPackage package) =>
        new(DebianMirror.LocationOf(package.Suite, package.Filename), package.Digest, package.Size);
}
