using Slipway.Definitions;
using Slipway.Workflows;

namespace Slipway.Authoring;

/// <summary>The Debian packages that the locks name: what is surely a package, without asking Debian.</summary>
internal sealed class KnownPackages
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private KnownPackages() { }

    /// <summary>Of every image's lock; one that cannot be read names none.</summary>
    public static async Task<KnownPackages> ReadAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        KnownPackages known = new();
        foreach (string image in ImageDefinitionFile.Names(workspace.Images))
        {
            try
            {
                ImageLock imageLock = await ImageLockFile.ReadAsync(workspace.Definition(image), cancellationToken);
                known._names.UnionWith(imageLock.Packages.Concat(imageLock.StandIns).Select(package => package.Name));
            }
            catch (DefinitionException)
            {
                // Told of the image itself.
            }
        }

        return known;
    }

    /// <summary>A line for each wanted package that no lock has and that looks like one that some lock has.</summary>
    public IEnumerable<string> Doubts(ImageDefinition definition)
    {
        YamlMap map = WrittenDefinition.Of(definition);
        foreach (string name in definition.Layers.SelectMany(layer => layer.Packages).Where(name => !_names.Contains(name)))
        {
            if (NearestKey.Of(name, _names) is { } nearest)
                yield return map.FaultAt("layers", name, $"package {name} is in no lock here; did you mean {nearest}?").Message;
        }
    }
}
