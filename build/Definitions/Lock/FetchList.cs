using Slipway.Debian;
using Slipway.Fetching;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>Everything that a lock names, with the places to have it from, in the order of asking.</summary>
/// <param name="platforms">Those whose files are wanted.</param>
public sealed class FetchList(ImageDefinition definition, ImageLock imageLock, IReadOnlyCollection<Platform> platforms)
{
    /// <summary>Whether the packages are wanted that a rehearsal takes programs from.</summary>
    public bool HasStandIns { get; init; }

    /// <param name="debian">Where packages may be had; the snapshot archive at the lock's time comes last.</param>
    public IEnumerable<DownloadItem> From(DebianMirror debian, UpstreamMirror upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        foreach (Platform platform in platforms)
        {
            foreach (LockedUpstream file in imageLock.Upstream)
            {
                LockedFile locked = file.Files[platform.Architecture];
                long limit = locked.Size ?? definition.Upstream.Single(wanted => wanted.Name == file.Name).Limit;
                yield return new DownloadItem(
                    Wanted(definition, platform, $"{file.Name} {file.Version}", locked, limit) with
                    {
                        Distrust = DistrustOf(definition, file, platform),
                    },
                    [upstream.Locate(new Uri(locked.Location))]
                );
            }

            foreach (LockedPackage package in imageLock.Packages.Concat(HasStandIns ? imageLock.StandIns : []))
            {
                if (package.Files.TryGetValue(platform.Architecture, out LockedFile? locked))
                {
                    string what = $"{package.Name} {package.Versions[platform.Architecture]}";
                    yield return new DownloadItem(
                        Wanted(definition, platform, what, locked, locked.Size ?? 0) with
                        {
                            Distrust = DistrustOfPackage,
                        },
                        PlacesOf(debian, locked)
                    );
                }
            }
        }
    }

    /// <summary>Debian signed which bytes a package has, so other ones are never another package's.</summary>
    private const string DistrustOfPackage =
        "Do not trust that file: Debian signed the wanted checksum. Name another --debian-mirror, and tell the operator "
        + "of the first one";

    /// <summary>To lock anew is the wrong reflex: a lock takes in what is there.</summary>
    private static string DistrustOf(ImageDefinition definition, LockedUpstream file, Platform platform)
    {
        Uri? published = definition.Upstream.FirstOrDefault(wanted => wanted.Name == file.Name)?.ChecksumUrl(platform.Architecture);
        string where = published is null ? "that upstream publishes, over another network" : $"at {published}, over another network";
        return $"Do not trust that file before you have compared it with the checksum {where}, and asked upstream why it changed";
    }

    private static WantedContent Wanted(ImageDefinition definition, Platform platform, string what, LockedFile file, long limit) =>
        new()
        {
            What = $"{definition.Name} {platform}: {what}",
            Next = $"Run {new NextCommand("Lock") { Image = definition.Name }}",
            Digest = file.Digest,
            Size = file.Size,
            Limit = limit,
        };

    private static IReadOnlyList<Origin> PlacesOf(DebianMirror debian, LockedFile package)
    {
        try
        {
            return debian.Locate(package.Location);
        }
        catch (FormatException e)
        {
            throw new DefinitionException(e.Message, e);
        }
    }
}
