using System.Collections.Immutable;
using System.Text;

namespace Slipway.Images;

/// <summary>
/// Finds a library as glibc's loader on Debian would (ld.so(8)): DT_RPATH of the file and of those that loaded it, unless
/// the file has a DT_RUNPATH; DT_RUNPATH; the directories of ld.so.conf, when the image has the cache made of them; Debian's
/// default directories. Files for another machine are passed over, as the loader does.
/// </summary>
internal sealed class LibrarySearch
{
    private const int MostInclusions = 64;

    private readonly FoundImage _image;
    private readonly ElfMachine _machine;
    private readonly ImmutableArray<string> _configured;
    private readonly ImmutableArray<string> _default;

    public LibrarySearch(FoundImage image, ElfMachine machine)
    {
        _image = image;
        _machine = machine;
        _default = [$"lib/{machine.Tuple}", $"usr/lib/{machine.Tuple}", "lib", "usr/lib"];
        // The loader never reads ld.so.conf itself: ldconfig does, when it makes the cache.
        _configured = image.FileAt("etc/ld.so.cache") is null ? [] : [.. Configured("etc/ld.so.conf", [])];
    }

    /// <summary>The library's file; null when no directory has it.</summary>
    /// <param name="name">As it is needed: a name, or a path.</param>
    /// <param name="loaders">The file that needs it, then the one that loaded that, and so on.</param>
    public FoundEntry? Find(string name, IReadOnlyList<FoundEntry> loaders)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return Library(name);
        return Directories(loaders).Select(directory => Library($"{directory}/{name}")).FirstOrDefault(file => file is not null);
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
            .Replace("$ORIGIN", origin, StringComparison.Ordinal).Replace("${ORIGIN}", origin, StringComparison.Ordinal)
            .Replace("$LIB", $"lib/{_machine.Tuple}", StringComparison.Ordinal).Replace("${LIB}", $"lib/{_machine.Tuple}", StringComparison.Ordinal);
    }

    private FoundEntry? Library(string path) =>
        _image.FileAt(path) is { File.Elf: { Type: ElfType.Shared } elf } file && _machine.Fits(elf) ? file : null;

    private IEnumerable<string> Configured(string path, HashSet<string> read)
    {
        if (read.Count >= MostInclusions || !read.Add(path) || _image.FileAt(path)?.File?.Text is not { } text)
            yield break;
        foreach (string line in Encoding.UTF8.GetString(text.Span).Split('\n').Select(line => line.Split('#')[0].Trim()))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                if (line.StartsWith('/'))
                    yield return line;
                continue;
            }

            foreach (string directory in Included(line["include ".Length..].Trim()).SelectMany(included => Configured(included, read)))
                yield return directory;
        }
    }

    /// <summary>The files of an include line, in the order of their names; a pattern holds at its end, <c>/etc/ld.so.conf.d/*.conf</c>.</summary>
    private IEnumerable<string> Included(string pattern)
    {
        string path = pattern.TrimStart('/');
        int star = path.IndexOf('*', StringComparison.Ordinal);
        return star < 0 ? [path] : _image.Entries.Select(entry => entry.Path)
            .Where(name => name.StartsWith(path[..star], StringComparison.Ordinal)
                && name.EndsWith(path[(star + 1)..], StringComparison.Ordinal)
                && !name[star..].Contains('/', StringComparison.Ordinal));
    }
}
