using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// The file system that an image's layers make when one is laid upon the other (OCI image specification, layer.md,
/// "Applying Changesets"), and every entry as it was found.
/// </summary>
public sealed class FoundImage
{
    private const int MostLinks = 40;

    /// <summary>Far more than images have, and what fits into memory.</summary>
    private const int MostEntries = 200_000;

    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    private readonly SortedDictionary<string, FoundEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<FoundEntry> _all = [];
    private readonly List<long> _unpacked = [];

    /// <summary>What is seen of the image, in ordinal order of the paths.</summary>
    public IEnumerable<FoundEntry> Entries => _entries.Values;

    /// <summary>Every name of every file, in ordinal order: a hard link with the content of the file that it is a name of.</summary>
    public IEnumerable<FoundEntry> Files => Entries.Select(Named).OfType<FoundEntry>();

    /// <summary>Every entry of every layer, lowest layer first, in the archives' order.</summary>
    public IReadOnlyList<FoundEntry> All => _all;

    /// <summary>The layers' unpacked sizes in bytes, lowest first.</summary>
    public IReadOnlyList<long> UnpackedSizes => _unpacked;

    /// <summary>What stands at a path itself, links not followed.</summary>
    public FoundEntry? At(string path) => _entries.GetValueOrDefault(path);

    /// <summary>
    /// Where a path leads when every link on the way is followed inside the image, as path_resolution(7) does it: "" for
    /// the root; null when there is nothing, or when links lead in a circle.
    /// </summary>
    /// <param name="path">With or without a leading slash.</param>
    public string? Resolve(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Stack<string> left = new(path.Split('/').Reverse());
        List<string> at = [];
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                at.RemoveRange(Math.Max(0, at.Count - 1), Math.Min(1, at.Count));
                continue;
            }

            at.Add(part);
            string here = string.Join('/', at);
            FoundEntry? entry = At(here);
            if (entry is null && !_folders.Contains(here))
                return null;
            bool goesOn = left.Any(rest => rest is not "");
            if (entry is { IsSymbolicLink: true })
            {
                if (++links > MostLinks || entry.LinkTarget is not { Length: > 0 })
                    return null;
                at = entry.LinkTarget.StartsWith('/') ? [] : at[..^1];
                foreach (string target in entry.LinkTarget.Split('/').Reverse())
                    left.Push(target);
            }
            else if (goesOn && entry is { IsDirectory: false })
            {
                return null;
            }
        }

        return string.Join('/', at);
    }

    /// <summary>The file at a path, links followed; a hard link's file is that of its other name. Null when there is none.</summary>
    public FoundEntry? FileAt(string path)
    {
        FoundEntry? entry = Resolve(path) is { } real ? At(real) : null;
        for (int links = 0; entry?.Kind == LayerEntryKind.HardLink && links < MostLinks; links++)
            entry = At(entry.LinkTarget!);
        return entry?.Kind == LayerEntryKind.File ? entry : null;
    }

    /// <summary>Lays a layer upon those before.</summary>
    internal void Add(IEnumerable<FoundEntry> layer, LayerScan scan)
    {
        // What a layer takes away is taken from the layers below it, wherever in the archive that is said.
        List<FoundEntry> added = [.. layer.Take(MostEntries + 1 - _all.Count)];
        if (_all.Count + added.Count > MostEntries)
            throw new ContentException($"wanted at most {MostEntries} entries in all layers, got more");
        _all.AddRange(added);
        _unpacked.Add(scan.UnpackedSize);
        foreach (FoundEntry entry in added)
            TakeAway(entry);
        foreach (FoundEntry entry in added.Where(entry => !IsWhiteout(entry)))
        {
            if (!entry.IsDirectory)
                Remove(entry.Path, itself: true);
            _entries[entry.Path] = entry;
            for (int slash = entry.Path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = entry.Path.IndexOf('/', slash + 1))
                _folders.Add(entry.Path[..slash]);
        }
    }

    /// <summary>Whether an entry takes something away rather than being something.</summary>
    internal static bool IsWhiteout(FoundEntry entry) => entry.Path[(entry.Path.LastIndexOf('/') + 1)..].StartsWith(Whiteout, StringComparison.Ordinal);

    private FoundEntry? Named(FoundEntry entry) => entry.Kind switch
    {
        LayerEntryKind.File => entry,
        LayerEntryKind.HardLink when FileAt(entry.Path) is { } file => entry with { File = file.File },
        _ => null,
    };

    private void TakeAway(FoundEntry entry)
    {
        if (!IsWhiteout(entry))
            return;
        int slash = entry.Path.LastIndexOf('/');
        string folder = slash < 0 ? "" : entry.Path[..slash], name = entry.Path[(slash + 1)..];
        if (name == Opaque)
            Remove(folder, itself: false);
        else
            Remove(folder.Length == 0 ? name[Whiteout.Length..] : $"{folder}/{name[Whiteout.Length..]}", itself: true);
    }

    private void Remove(string path, bool itself)
    {
        if (itself)
            _entries.Remove(path);
        if (itself && !_folders.Remove(path))
            return;
        string below = path.Length == 0 ? "" : path + "/";
        foreach (string gone in _entries.Keys.Where(key => key.StartsWith(below, StringComparison.Ordinal)).ToList())
            _entries.Remove(gone);
        _folders.RemoveWhere(key => key.StartsWith(below, StringComparison.Ordinal) && key.Length > 0);
    }
}
