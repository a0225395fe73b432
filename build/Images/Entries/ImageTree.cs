using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// The files of one image while its layers are laid one upon another. It gives every file exactly one owner, keeps a
/// directory's attributes as they were first said (not as they were implied by what it holds), names every parent in each layer that needs
/// it, and turns hard links so that they point backwards.
/// </summary>
internal sealed class ImageTree
{
    /// <summary>As many links as Linux follows (path_resolution(7)).</summary>
    private const int MostLinks = 40;

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

            throw new ContentException($"/{entry.Path}: {entry.Owner} and {there.Owner} both have this path");
        }

        AddParents(entry);
        _all.Add(entry.Path, entry);
        _layer.Add(entry.Path, entry);
    }

    /// <summary>Keeps a directory back until something is laid beneath it: then it is there, with the attributes it has here.</summary>
    public void Withhold(LayerEntry directory)
    {
        if (!_all.TryGetValue(directory.Path, out LayerEntry? there))
            _withheld.TryAdd(directory.Path, directory);
        else if (there.Kind == LayerEntryKind.Directory)
            AddDirectoryAgain(there, directory);
    }

    /// <summary>The entries of the current layer so far, in ordinal order of their paths.</summary>
    public IEnumerable<LayerEntry> Current => _layer.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal);

    /// <summary>Whether an entry as it stands is laid into the current layer, not into one below.</summary>
    public bool IsCurrent(LayerEntry entry) => _layer.TryGetValue(entry.Path, out LayerEntry? there) && ReferenceEquals(there, entry);

    /// <summary>Gives a package's directory the attributes that the definition wants for it on purpose; it stays the package's.</summary>
    /// <exception cref="DefinitionException">The package does not have the directory.</exception>
    public void Change(DefinedDirectory directory)
    {
        LayerEntry? there = _implied.Contains(directory.Path) ? null : _all.GetValueOrDefault(directory.Path);
        if (there is not { Kind: LayerEntryKind.Directory } || there.Owner != ContentOwner.OfPackage(directory.Package!))
            throw new DefinitionException(
                $"/{directory.Path}: wanted a directory of package {directory.Package}, "
                    + $"got {(there is null ? "none" : $"a {there.Kind} of {there.Owner}")}"
            );
        AddParents(there);
        _all[there.Path] = _layer[there.Path] = there with
        {
            Mode = directory.Mode,
            UserId = directory.UserId,
            GroupId = directory.GroupId,
        };
    }

    /// <summary>
    /// Takes a directory of the current layer away, so that something else can have its path; no effect when there is none.
    /// </summary>
    /// <exception cref="ContentException">Something lies in it, or it stands in a lower layer.</exception>
    public void RemoveEmptyDirectory(string path)
    {
        if (!_all.TryGetValue(path, out LayerEntry? there) || there.Kind != LayerEntryKind.Directory)
            return;
        if (_all.Keys.FirstOrDefault(other => other.StartsWith(path + "/", StringComparison.Ordinal)) is { } inside)
            throw new ContentException($"/{path}: wanted {there.Owner}'s directory to be empty, got /{inside}");
        if (!_layer.Remove(path))
            throw new ContentException($"/{path}: wanted {there.Owner}'s directory in this layer, got it in a lower one");
        _all.Remove(path);
        _implied.Remove(path);
    }

    /// <summary>Whether any layer so far has an entry of that path.</summary>
    public bool Has(string path) => _all.ContainsKey(path);

    /// <summary>What lies at a path of any layer so far when every link on the way is followed; null when nothing does.</summary>
    public LayerEntry? Resolve(string path)
    {
        List<string> rest = [.. Enumerable.Reverse(path.Split('/'))];
        LayerEntry? at = null;
        for (int hops = 0; rest.Count > 0; rest.RemoveAll(part => part is "" or "."))
        {
            string part = rest[^1];
            rest.RemoveAt(rest.Count - 1);
            if (part == "..")
            {
                at = at is null ? null : _all.GetValueOrDefault(Path.GetDirectoryName(at.Path) ?? "");
                continue;
            }

            LayerEntry? next = _all.GetValueOrDefault(at is null ? part : $"{at.Path}/{part}");
            if (next is { Kind: LayerEntryKind.SymbolicLink or LayerEntryKind.HardLink })
            {
                if (++hops > MostLinks)
                    return null;
                bool fromRoot = next.Kind == LayerEntryKind.HardLink || next.LinkTarget!.StartsWith('/');
                at = fromRoot ? null : at;
                rest.AddRange(next.LinkTarget!.Split('/').Reverse());
                continue;
            }

            if (next is null || (rest.Count > 0 && next.Kind != LayerEntryKind.Directory))
                return null;
            at = next;
        }

        return at;
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

    /// <summary>
    /// What a package says of a directory that another has is passed over, as dpkg does; what the definition says is not.
    /// </summary>
    private void AddDirectoryAgain(LayerEntry there, LayerEntry entry)
    {
        if (_implied.Remove(entry.Path))
        {
            AddParents(entry);
            _all[entry.Path] = _layer[entry.Path] = entry;
        }
        else if (entry.Owner == ContentOwner.Definition && Attributes(entry) != Attributes(there))
        {
            throw new DefinitionException(
                $"/{entry.Path}: the definition wants mode {Attributes(entry)}, {there.Owner} has {Attributes(there)}"
            );
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
                throw new ContentException(
                    $"/{entry.Path}: {entry.Owner} puts it below /{parent}, which is not a directory in {there.Owner}"
                );
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
        var groups = _layer
            .Values.Where(entry => entry.Kind == LayerEntryKind.HardLink)
            .GroupBy(entry => FileOf(entry).Path, StringComparer.Ordinal)
            .ToList();
        foreach (var group in groups)
        {
            LayerEntry file = _layer[group.Key];
            string first = group.Select(link => link.Path).Append(file.Path).Min(StringComparer.Ordinal)!;
            foreach (LayerEntry name in group.Append(file).ToList())
            {
                _layer[name.Path] =
                    name.Path == first
                        ? file with
                        {
                            Path = first,
                        }
                        : file with
                        {
                            Path = name.Path,
                            Kind = LayerEntryKind.HardLink,
                            LinkTarget = first,
                            Size = 0,
                            Open = null,
                        };
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
            : throw new ContentException($"/{link.Path}: {link.Owner} links it to /{link.LinkTarget}, which is not a file of the layer");
    }
}

/// <summary>The least of some texts by a comparer.</summary>
file static class Texts
{
    public static string? Min(this IEnumerable<string> texts, StringComparer comparer) => texts.Order(comparer).FirstOrDefault();
}
