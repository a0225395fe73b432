using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>
/// The files of one image while its layers are laid one upon another. It gives every file exactly one owner, keeps a
/// directory's attributes as they were first said (not as they were implied by what it holds), names every parent in each layer that needs it, and turns hard links
/// so that they point backwards.
/// </summary>
internal sealed class ImageTree
{
    private readonly Dictionary<string, LayerEntry> _all = new(StringComparer.Ordinal);
    private readonly HashSet<string> _implied = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerEntry> _withheld = new(StringComparer.Ordinal);
    private Dictionary<string, LayerEntry> _layer = new(StringComparer.Ordinal);

    /// <summary>Lays an entry into the current layer.</summary>
    /// <exception cref="ContentException">Another owner has the path, or a part of it is no directory.</exception>
    /// <exception cref="DefinitionException">The definition wants a directory otherwise than it is already.</exception>
    public void Add(LayerEntry entry)
    {
        if (_all.TryGetValue(entry.Path, out LayerEntry? there))
        {
            if (there.Kind == LayerEntryKind.Directory && entry.Kind == LayerEntryKind.Directory)
            {
                AddDirectoryAgain(there, entry);
                return;
            }

            throw new ContentException($"/{entry.Path}: {entry.Owner} and {there.Owner} both have it");
        }

        AddParents(entry);
        _all.Add(entry.Path, entry);
        _layer.Add(entry.Path, entry);
    }

    /// <summary>Whether something lies at a path, in this layer or one below.</summary>
    public bool Has(string path) => _all.ContainsKey(path);

    /// <summary>Keeps a directory back until something is laid beneath it: then it is there, with the attributes it has here.</summary>
    public void Withhold(LayerEntry directory)
    {
        if (!_all.TryGetValue(directory.Path, out LayerEntry? there))
            _withheld.TryAdd(directory.Path, directory);
        else if (there.Kind == LayerEntryKind.Directory)
            AddDirectoryAgain(there, directory);
    }

    /// <summary>Ends the current layer: its entries in the order a <see cref="LayerWriter"/> wants.</summary>
    /// <exception cref="ContentException">A hard link points to nothing in its layer.</exception>
    public IReadOnlyList<LayerEntry> EndLayer()
    {
        TurnHardLinks();
        LayerEntry[] entries = [.. _layer.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
        _layer = new(StringComparer.Ordinal);
        return entries;
    }

    /// <summary>What a package says of a directory that another has is passed over, as dpkg does; what the definition says is not.</summary>
    private void AddDirectoryAgain(LayerEntry there, LayerEntry entry)
    {
        if (_implied.Remove(entry.Path))
        {
            AddParents(entry);
            _all[entry.Path] = _layer[entry.Path] = entry;
        }
        else if (entry.Owner == DefinedContent.Owner && Attributes(entry) != Attributes(there))
        {
            throw new DefinitionException($"/{entry.Path}: the definition wants mode {Attributes(entry)}, {there.Owner} has {Attributes(there)}");
        }
    }

    private static string Attributes(LayerEntry entry) =>
        $"{Convert.ToString(entry.Mode, 8).PadLeft(4, '0')} {entry.UserId}:{entry.GroupId}";

    private void AddParents(LayerEntry entry)
    {
        for (int slash = entry.Path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = entry.Path.IndexOf('/', slash + 1))
        {
            string parent = entry.Path[..slash];
            if (!_all.TryGetValue(parent, out LayerEntry? there))
                _all.Add(parent, there = Unsaid(parent, entry.Owner));

            if (there.Kind != LayerEntryKind.Directory)
                throw new ContentException($"/{entry.Path}: {entry.Owner} puts it below /{parent}, which {there.Owner} has as no directory");
            _layer.TryAdd(parent, there);
        }
    }

    /// <summary>A directory that nobody has laid: as it was withheld, or as it is implied by what it holds.</summary>
    private LayerEntry Unsaid(string path, string owner)
    {
        if (_withheld.Remove(path, out LayerEntry? directory))
            return directory;
        _implied.Add(path);
        return LayerEntry.Directory(path, owner);
    }

    /// <summary>Of the names of one file, the first in order becomes the file and the others link to it.</summary>
    private void TurnHardLinks()
    {
        var groups = _layer.Values.Where(entry => entry.Kind == LayerEntryKind.HardLink)
            .GroupBy(entry => FileOf(entry).Path, StringComparer.Ordinal).ToList();
        foreach (var group in groups)
        {
            LayerEntry file = _layer[group.Key];
            string first = group.Select(link => link.Path).Append(file.Path).Min(StringComparer.Ordinal)!;
            foreach (LayerEntry name in group.Append(file).ToList())
            {
                _layer[name.Path] = name.Path == first
                    ? file with { Path = first }
                    : file with { Path = name.Path, Kind = LayerEntryKind.HardLink, LinkTarget = first, Size = 0, Open = null };
            }
        }
    }

    private LayerEntry FileOf(LayerEntry link)
    {
        LayerEntry at = link;
        for (int hops = 0; at.Kind == LayerEntryKind.HardLink && hops < 64; hops++)
        {
            if (!_layer.TryGetValue(at.LinkTarget!, out LayerEntry? target))
                break;
            at = target;
        }

        return at.Kind == LayerEntryKind.File
            ? at
            : throw new ContentException($"/{link.Path}: {link.Owner} links it to /{link.LinkTarget}, which is no file of the layer");
    }
}

/// <summary>The least of some texts by a comparer.</summary>
file static class Texts
{
    public static string? Min(this IEnumerable<string> texts, StringComparer comparer) => texts.Order(comparer).FirstOrDefault();
}
