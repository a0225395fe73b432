using Slipway.Definitions;
using Slipway.Elf;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// What ldconfig(8) makes of the libraries of all layers so far: <c>/etc/ld.so.cache</c>, and a link for each library that
/// lacks one under its own name. It stands once, in the highest layer that has libraries in the loader's folders.
/// Variants below <c>glibc-hwcaps</c> are not listed; the loader then takes the one that runs everywhere.
/// </summary>
internal sealed class LinkerCacheStep : IFinishingStep
{
    private readonly LinkerFolders _folders = new();

    /// <summary>Libraries by path, with the name that others need them by.</summary>
    private readonly SortedDictionary<string, string> _libraries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _links = new(StringComparer.Ordinal);
    private string? _finished;

    public string Name => FinishingStepName.LinkerCache;

    /// <summary>Notes the libraries of a layer, whose contents can be read only now.</summary>
    /// <exception cref="DefinitionException">The cache is written already and the layer has a library for it.</exception>
    public void Gather(UnfinishedLayer layer)
    {
        foreach (LayerEntry entry in layer.Entries.ToList())
        {
            if (entry.Kind is LayerEntryKind.File or LayerEntryKind.HardLink && LinkerFolders.Is(entry.Path))
                _folders.Add(entry.Path, layer.Lines(entry.Path, Name));
            else if (LibraryName.Is(Path.GetFileName(entry.Path)))
                Note(layer, entry);
        }
    }

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        _finished = layer.Definition.Name;
        List<(string Name, string Path)> found = [];
        List<LayerEntry> entries = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string folder in _folders.All())
        {
            if (layer.Resolve(folder) is not { Kind: LayerEntryKind.Directory } real || !seen.Add(real.Path))
                continue;
            foreach (var library in In(real.Path, layer).GroupBy(file => file.SoName, StringComparer.Ordinal))
            {
                found.Add((library.Key, $"/{folder}/{library.Key}"));
                if (layer.Resolve($"{real.Path}/{library.Key}") is null)
                    entries.Add(
                        LayerEntry.SymbolicLink(
                            $"{real.Path}/{library.Key}",
                            library.MaxBy(file => file.File, LibraryName.Order).File,
                            ContentOwner.OfStep(Name)
                        )
                    );
            }
        }

        if (found.Count == 0)
            throw new DefinitionException(
                $"{layer.Image.Name} {layer.Platform}: finishing step {Name}: layer {layer.Definition.Name} and those below have no "
                    + "library in the loader's folders"
            );
        return [.. entries, LayerEntry.File("etc/ld.so.cache", LinkerCache.ToBytes(found, layer.Platform), ContentOwner.OfStep(Name))];
    }

    private void Note(UnfinishedLayer layer, LayerEntry entry)
    {
        if (entry.Kind == LayerEntryKind.SymbolicLink)
            _links.Add(entry.Path);
        if (
            entry.Kind is not (LayerEntryKind.File or LayerEntryKind.HardLink)
            || Read(layer, entry) is not { Type: ElfType.Shared } library
            || !ElfMachine.Of(layer.Platform).Fits(library)
        )
            return;
        string name = library.SoName ?? Path.GetFileName(entry.Path);
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new ContentException(
                $"{layer.Image.Name} {layer.Platform}: /{entry.Path} of {entry.Owner}: wanted a file name as its own, got '{name}'"
            );
        string folder = Path.GetDirectoryName(entry.Path)!;
        if (_finished is not null && _folders.All().Any(known => layer.Resolve(known)?.Path == folder))
            throw new DefinitionException(
                $"{layer.Image.Name} {layer.Platform}: finishing step {Name}: it runs in layer {_finished}, but "
                    + $"layer {layer.Definition.Name} above it has library /{entry.Path}"
            );
        _libraries[entry.Path] = name;
    }

    private ElfFile? Read(UnfinishedLayer layer, LayerEntry entry)
    {
        using Stream content = layer.Open(entry.Path, Name);
        try
        {
            return ElfFile.Read(content);
        }
        catch (ContentException e)
        {
            throw new ContentException($"{layer.Image.Name} {layer.Platform}: /{entry.Path} of {entry.Owner}: {e.Message}", e);
        }
    }

    /// <summary>The libraries of a folder, under each name that they have there.</summary>
    private IEnumerable<(string File, string SoName)> In(string folder, UnfinishedLayer layer) =>
        _libraries
            .Keys.Concat(_links)
            .Where(path => Path.GetDirectoryName(path) == folder)
            .Select(path => (File: Path.GetFileName(path), Target: layer.Resolve(path)))
            .Where(file => file.Target is not null && _libraries.ContainsKey(file.Target.Path))
            .Select(file => (file.File, _libraries[file.Target!.Path]));
}
