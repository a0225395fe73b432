using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>
/// The file system that an image's layers make when one is laid upon the other (OCI image specification, layer.md,
/// "Applying Changesets"), and every entry as it was found. A hard link is a second name of what its target is when it is laid:
/// what later becomes of that name changes nothing of the link.
/// </summary>
public sealed class FoundImage
{
    private const int MostLinks = 40;

    /// <summary>Far more than images have, and what fits into memory.</summary>
    private const int MostEntries = 200_000;

    /// <summary>In characters: of all paths and of the folders above them, whatever each of them is.</summary>
    private const long MostText = 32L << 20;

    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    private readonly Dictionary<string, FoundEntry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<FoundEntry> _all = [];
    private readonly List<long> _unpacked = [];
    private long _text;

    /// <summary>What is seen of the image, in ordinal order of the paths.</summary>
    public IEnumerable<FoundEntry> Entries => _paths.Select(path => _entries[path]);

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
            FoundEntry? entry = At(here)?.Real;
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
        FoundEntry? entry = Resolve(path) is { } real ? At(real)?.Real : null;
        return entry?.Kind == LayerEntryKind.File ? entry : null;
    }

    /// <summary>Lays a layer upon those before.</summary>
    internal void Add(IEnumerable<FoundEntry> layer, LayerScan scan)
    {
        List<FoundEntry> added = [.. layer.Take(MostEntries + 1 - _all.Count)];
        if (_all.Count + added.Count > MostEntries)
            throw new ContentException($"wanted at most {MostEntries} entries in all layers, got more");
        _unpacked.Add(scan.UnpackedSize);
        // What a layer takes away is taken from the layers below it, wherever in the archive that is said.
        foreach (FoundEntry entry in added.Where(IsWhiteout))
            TakeAway(entry);
        foreach (FoundEntry entry in added)
            _all.Add(IsWhiteout(entry) ? entry : Lay(entry));
    }

    /// <summary>Whether an entry takes something away rather than being something.</summary>
    public static bool IsWhiteout(FoundEntry entry) =>
        entry.Path[(entry.Path.LastIndexOf('/') + 1)..].StartsWith(Whiteout, StringComparison.Ordinal);

    private static FoundEntry? Named(FoundEntry entry) =>
        entry.Real is { Kind: LayerEntryKind.File } file
            ? ReferenceEquals(file, entry)
                ? entry
                : entry with
                {
                    File = file.File,
                }
            : null;

    /// <summary>
    /// What a hard link that is about to be laid becomes a name of, as link(2) does it: links on the way are followed, a link at its end is
    /// not. Null when there is nothing yet, or a directory.
    /// </summary>
    private FoundEntry? LinkedBy(FoundEntry link)
    {
        string target = link.LinkTarget!;
        int slash = target.LastIndexOf('/');
        string? folder = slash < 0 ? "" : Resolve(target[..slash]);
        FoundEntry? there = folder is null
            ? null
            : At(folder.Length == 0 ? target[(slash + 1)..] : $"{folder}/{target[(slash + 1)..]}")?.Real;
        return there is { IsDirectory: true } or { Kind: LayerEntryKind.HardLink } ? null : there;
    }

    private FoundEntry Lay(FoundEntry found)
    {
        if (!found.IsDirectory)
            Remove(found.Path, itself: true);
        FoundEntry entry = found.Kind == LayerEntryKind.HardLink ? found with { Linked = LinkedBy(found) } : found;
        _entries[entry.Path] = entry;
        _paths.Add(entry.Path);
        _text += entry.Path.Length;
        // From below: of a folder that is known those above it are, too.
        for (
            int slash = entry.Path.LastIndexOf('/');
            slash > 0 && _folders.Add(entry.Path[..slash]);
            slash = entry.Path.LastIndexOf('/', slash - 1)
        )
            _text += slash;
        return _text <= MostText
            ? entry
            : throw new ContentException($"wanted paths of at most {MostText} characters in all layers, got more");
    }

    private void TakeAway(FoundEntry entry)
    {
        int slash = entry.Path.LastIndexOf('/');
        string folder = slash < 0 ? "" : entry.Path[..slash],
            name = entry.Path[(slash + 1)..];
        if (name == Opaque)
            Remove(folder, itself: false);
        else
            Remove(folder.Length == 0 ? name[Whiteout.Length..] : $"{folder}/{name[Whiteout.Length..]}", itself: true);
    }

    private void Remove(string path, bool itself)
    {
        if (itself && _entries.Remove(path))
            _paths.Remove(path);
        if (itself && !_folders.Remove(path))
            return;
        foreach (string gone in Below(_paths, path))
        {
            _entries.Remove(gone);
            _paths.Remove(gone);
        }

        foreach (string gone in Below(_folders, path))
            _folders.Remove(gone);
    }

    /// <summary>All paths below a folder: a look at those alone, however many others there are.</summary>
    private static List<string> Below(SortedSet<string> paths, string folder) =>
        folder.Length == 0 ? [.. paths] : [.. paths.GetViewBetween(folder + "/", folder + "0").Where(path => path[folder.Length] == '/')];
}
