using System.Collections.Immutable;
using System.Text;
using Slipway.Elf;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>
/// Finds a library as glibc's loader on Debian would (ld.so(8)): DT_RPATH of the file and of those that loaded it, unless
/// the file has a DT_RUNPATH; DT_RUNPATH; the directories of ld.so.conf, when the image has the cache made of them; Debian's
/// default directories. Files for another machine are passed over, as the loader does.
/// </summary>
internal sealed class LibrarySearch
{
    private readonly FoundImage _image;
    private readonly ElfMachine _machine;
    private readonly ImmutableArray<string> _configured;
    private readonly ImmutableArray<string> _default;

    public LibrarySearch(FoundImage image, ElfMachine machine)
    {
        _image = image;
        _machine = machine;
        _default = [$"/lib/{machine.Tuple}", $"/usr/lib/{machine.Tuple}", "/lib", "/usr/lib"];
        // The loader never reads ld.so.conf itself: ldconfig does, when it makes the cache.
        _configured = image.FileAt("etc/ld.so.cache") is null ? [] : [.. Configured()];
    }

    /// <summary>The library's file; null when no directory has it.</summary>
    /// <param name="name">As it is needed: a name, or a path.</param>
    /// <param name="loaders">The file that needs it, then the one that loaded that, and so on.</param>
    public FoundEntry? Find(string name, IReadOnlyList<FoundEntry> loaders)
    {
        // What does not begin at the root depends on the working directory: nobody knows whether it is there.
        if (name.Contains('/', StringComparison.Ordinal))
            return Expand(name, loaders[0]) is ['/', ..] path ? Library(path) : null;
        return Directories(loaders)
            .Where(directory => directory.StartsWith('/'))
            .Select(directory => Library($"{directory}/{name}"))
            .FirstOrDefault(file => file is not null);
    }

    /// <summary>The library's file in the directories that are searched for every program; null when it is in none.</summary>
    public FoundEntry? FindByDefault(string name) =>
        _configured.Concat(_default).Select(directory => Library($"{directory}/{name}")).FirstOrDefault(file => file is not null);

    private IEnumerable<string> Directories(IReadOnlyList<FoundEntry> loaders)
    {
        ElfFile first = loaders[0].File!.Elf!;
        if (first.RunPath.IsEmpty)
        {
            foreach (FoundEntry loader in loaders.Where(loader => loader.File!.Elf!.RunPath.IsEmpty))
            {
                foreach (string directory in loader.File!.Elf!.RPath)
                    yield return Expand(directory, loader);
            }
        }

        foreach (string directory in first.RunPath)
            yield return Expand(directory, loaders[0]);
        if (first.SkipsDefaultDirectories)
            yield break;
        foreach (string directory in _configured.Concat(_default))
            yield return directory;
    }

    /// <summary>Dynamic string tokens (ld.so(8)); ${PLATFORM} is none of what Debian uses and leads nowhere.</summary>
    private string Expand(string directory, FoundEntry loader)
    {
        string origin = "/" + loader.Path[..Math.Max(0, loader.Path.LastIndexOf('/'))];
        return directory
            .Replace("$ORIGIN", origin, StringComparison.Ordinal)
            .Replace("${ORIGIN}", origin, StringComparison.Ordinal)
            .Replace("$LIB", $"lib/{_machine.Tuple}", StringComparison.Ordinal)
            .Replace("${LIB}", $"lib/{_machine.Tuple}", StringComparison.Ordinal);
    }

    private FoundEntry? Library(string path) =>
        _image.FileAt(path) is { File.Elf: { Type: ElfType.Shared } elf } file && _machine.Fits(elf) ? file : null;

    private IEnumerable<string> Configured()
    {
        LinkerFolders folders = new();
        foreach (FoundEntry file in _image.Files.Where(file => LinkerFolders.Is(file.Path) && file.File!.Text is not null))
            folders.Add(file.Path, Encoding.UTF8.GetString(file.File!.Text!.Value.Span).Split('\n'));
        return folders.All().Select(folder => "/" + folder);
    }
}
