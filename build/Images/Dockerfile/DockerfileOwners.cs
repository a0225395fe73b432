using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Whose the paths of an image are that dpkg installed: a package by dpkg's own lists in the image, upstream or the definition by
/// what those say; all else was made by a maintainer script.
/// </summary>
internal sealed class DockerfileOwners
{
    /// <summary>In the place of a finishing step.</summary>
    public const string Scripts = "maintainer-scripts";

    private const string Records = "var/lib/dpkg/";
    private const string Status = Records + "status";
    private const string Lists = Records + "info/";

    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    private DockerfileOwners(ImmutableSortedDictionary<string, string> packages)
    {
        Packages = packages;
    }

    /// <summary>Name and version of each installed package.</summary>
    public ImmutableSortedDictionary<string, string> Packages { get; }

    /// <exception cref="ContentException">The image has other packages than the lock says, or other versions.</exception>
    public static DockerfileOwners Of(AssemblyRequest request, Platform platform, IReadOnlyCollection<LayerEntry> entries)
    {
        LayerEntry status = entries.LastOrDefault(entry => entry is { Path: Status, Kind: LayerEntryKind.File })
            ?? throw new ContentException($"{request.Name} {platform}: the image has no /{Status}");
        DockerfileOwners owners = new(PackageDatabase.OfStatus(EngineLayer.Text(status)));
        Require(request, platform, owners.Packages);
        foreach (
            LayerEntry list in entries.Where(entry =>
                entry.Kind == LayerEntryKind.File
                && entry.Path.StartsWith(Lists, StringComparison.Ordinal)
                && entry.Path.EndsWith(".list", StringComparison.Ordinal)
            )
        )
        {
            string package = list.Path[Lists.Length..^".list".Length].Split(':')[0];
            foreach (string line in EngineLayer.Text(list).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                owners._owners.TryAdd(line.TrimStart('/'), ContentOwner.OfPackage(package));
        }

        foreach (UpstreamFile file in request.Definition.Upstream)
        {
            if (request.Lock.Upstream.FirstOrDefault(locked => locked.Name == file.Name) is not { } locked)
                continue;
            foreach (Installation installation in file.Install)
                owners._owners[installation.To.TrimStart('/')] = ContentOwner.OfUpstream(locked.Name, locked.Version);
        }

        foreach (LayerDefinition layer in request.Definition.Layers)
        {
            IEnumerable<string> defined =
            [
                .. layer.Files.Select(file => file.To),
                .. layer.Links.Select(link => link.Path),
                .. layer.Directories.Where(directory => directory.Package is null).Select(directory => directory.Path),
            ];
            foreach (string path in defined)
                owners._owners[path] = ContentOwner.Definition;
        }

        return owners;
    }

    public string OwnerOf(string path) => _owners.GetValueOrDefault(path) ?? ContentOwner.OfStep(Scripts);

    private static void Require(AssemblyRequest request, Platform platform, ImmutableSortedDictionary<string, string> installed)
    {
        ImmutableSortedDictionary<string, string> wanted = request
            .Lock.Packages.Where(package => package.Versions.ContainsKey(platform.Architecture))
            .ToImmutableSortedDictionary(
                package => package.Name,
                package => package.Versions[platform.Architecture],
                StringComparer.Ordinal
            );
        foreach (string name in wanted.Keys.Union(installed.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (wanted.GetValueOrDefault(name) is var want && installed.GetValueOrDefault(name) is var got && want != got)
                throw new ContentException(
                    $"{request.Name} {platform}: package {Printable.Of(name)}: the lock wants {want ?? "none"}, the Dockerfile's "
                        + $"image has {Printable.Of(got ?? "none")}"
                );
        }
    }
}
