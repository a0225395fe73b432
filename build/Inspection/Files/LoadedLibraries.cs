using Slipway.Elf;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>
/// What a loader would load for one file, in its order: what the file needs, then what that needs, each name once. So a
/// library that finds another only because its program has loaded that already is judged as it runs.
/// </summary>
internal sealed class LoadedLibraries
{
    private readonly Dictionary<string, FoundEntry> _byName = new(StringComparer.Ordinal);
    private readonly List<Missing> _missing = [];

    private LoadedLibraries() { }

    /// <summary>What is loaded, without the file itself.</summary>
    public IEnumerable<FoundEntry> Files => _byName.Values;

    /// <summary>What cannot be loaded, or has not the version that is needed.</summary>
    public IReadOnlyList<Missing> MissingParts => _missing;

    public static LoadedLibraries Of(FoundEntry root, LibrarySearch search)
    {
        LoadedLibraries loaded = new();
        List<FoundEntry> files = [root];
        Queue<IReadOnlyList<FoundEntry>> next = new([
            [root],
        ]);
        while (next.TryDequeue(out IReadOnlyList<FoundEntry>? chain))
        {
            foreach (string name in chain[0].File!.Elf!.Needed.Where(name => !loaded._byName.ContainsKey(name)))
            {
                if (search.Find(name, chain) is not { } found)
                {
                    loaded._missing.Add(new Missing(chain[0], name, null, null));
                    continue;
                }

                loaded._byName.Add(name, found);
                if (found.File!.Elf!.SoName is { } soName)
                    loaded._byName.TryAdd(soName, found);
                if (files.Contains(found))
                    continue;
                files.Add(found);
                next.Enqueue([found, .. chain]);
            }
        }

        foreach (FoundEntry file in files)
            loaded.CheckVersions(file);
        return loaded;
    }

    private void CheckVersions(FoundEntry file)
    {
        foreach (ElfNeededVersion needed in file.File!.Elf!.NeededVersions.Where(needed => !needed.IsWeak))
        {
            if (
                _byName.TryGetValue(needed.Library, out FoundEntry? library)
                && !library.File!.Elf!.DefinedVersions.Contains(needed.Version, StringComparer.Ordinal)
            )
                _missing.Add(new Missing(file, needed.Library, needed.Version, library));
        }
    }
}

/// <summary>Something that a file needs and that is not there.</summary>
/// <param name="File">What needs it.</param>
/// <param name="Library">The library's name.</param>
/// <param name="Version">The version of symbols that the library lacks; null when the library itself is missing.</param>
/// <param name="Found">The library that lacks it.</param>
internal sealed record Missing(FoundEntry File, string Library, string? Version, FoundEntry? Found);
