using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>
/// Every library that a file needs is found where its loader searches, with the versions of symbols that are needed. What
/// a program loads is judged with the program, what no program loads by itself. Programs of the host are not judged here.
/// </summary>
internal sealed class LibraryRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        FoundEntry[] files =
        [
            .. image.Found.Files.Where(entry =>
                entry.File?.Elf is { Needed.IsEmpty: false } elf && image.Machine.Fits(elf) && !image.IsForHost(entry)
            ),
        ];
        SortedDictionary<(string Path, string Needs), Missing> missing = [];
        HashSet<string> loaded = new(StringComparer.Ordinal);
        foreach (FoundEntry program in files.Where(file => file.File!.Elf!.Interpreter is not null))
            Judge(program);
        foreach (FoundEntry library in files.Where(file => file.File!.Elf!.Interpreter is null && !loaded.Contains(file.Path)))
            Judge(library);
        foreach (((string path, string needs), Missing part) in missing)
        {
            if (image.Contract.Allows(ExceptionKey.UnresolvedLibraries, path, needs))
                continue;
            string problem = part.Version is null
                ? $"it needs {part.Library}, which its loader does not find"
                : $"it needs {part.Library} with {part.Version}, but /{part.Found!.Path} has no such version";
            yield return image.Violation(path, "library", problem, image.Allow(ExceptionKey.UnresolvedLibraries));
        }

        void Judge(FoundEntry root)
        {
            LoadedLibraries libraries = LoadedLibraries.Of(root, image.Libraries);
            loaded.UnionWith(libraries.Files.Select(file => file.Path));
            foreach (Missing part in libraries.MissingParts)
                missing.TryAdd((part.File.Path, part.Version is null ? part.Library : $"{part.Library}/{part.Version}"), part);
        }
    }
}
