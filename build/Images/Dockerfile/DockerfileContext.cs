using System.Collections.Immutable;
using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// What an image's Dockerfile can copy from: itself, the scripts that all Dockerfiles share, and <c>rootfs/</c>. Modes come from the
/// definition and times are 0, so that the same files give the same context on every machine.
/// </summary>
/// <param name="Entries">In ordinal order of their paths.</param>
/// <param name="Digest">Of all that is in it.</param>
public sealed record DockerfileContext(ImmutableArray<LayerEntry> Entries, Digest Digest)
{
    public const string FileName = "Dockerfile";

    /// <summary>The folder beside the images' that holds the scripts.</summary>
    public const string Shared = "dockerfile";

    private const string Owner = "context";
    private const int LargestFile = 16 << 20;
    private const int Executable = 0b111_101_101;
    private const int Plain = 0b110_100_100;

    /// <exception cref="DefinitionException">There is no Dockerfile, or a file is no plain one.</exception>
    public static DockerfileContext Of(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string dockerfile = Path.Combine(definition.Folder, FileName);
        if (!File.Exists(dockerfile))
            throw new DefinitionException(
                $"{definition.Name}: images/{definition.Name}/{FileName} is missing, so the image cannot be built from a Dockerfile"
            );
        SortedDictionary<string, LayerEntry> entries = new(StringComparer.Ordinal) { [FileName] = Read(dockerfile, FileName, Plain) };
        foreach (string script in Files(Path.Combine(definition.Folder, "..", Shared)))
            entries.Add(Path.GetFileName(script), Read(script, Path.GetFileName(script), Plain));
        foreach (DefinedFile file in definition.Layers.SelectMany(layer => layer.Files))
            Add(
                entries,
                LayerEntry.File(
                    file.From,
                    DefinedContent.Read(definition, file),
                    Owner,
                    (file.Mode & 0b001_000_000) == 0 ? Plain : Executable
                )
            );
        return new DockerfileContext([.. entries.Values], DigestOf(entries.Values));
    }

    private static void Add(SortedDictionary<string, LayerEntry> entries, LayerEntry file)
    {
        for (int slash = file.Path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = file.Path.IndexOf('/', slash + 1))
            entries.TryAdd(file.Path[..slash], LayerEntry.Directory(file.Path[..slash], Owner));
        if (!entries.TryAdd(file.Path, file) && entries[file.Path].Kind != LayerEntryKind.File)
            throw new DefinitionException($"'{file.Path}' is both a file and a folder");
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.sh").Order(StringComparer.Ordinal) : [];

    private static LayerEntry Read(string path, string name, int mode) =>
        new FileInfo(path) is { LinkTarget: null, Length: <= LargestFile }
            ? LayerEntry.File(name, File.ReadAllBytes(path), Owner, mode)
            : throw new DefinitionException($"{path}: wanted a plain file of at most {LargestFile} bytes");

    /// <summary>Of a line for each entry: mode, content and path.</summary>
    private static Digest DigestOf(IEnumerable<LayerEntry> entries)
    {
        StringBuilder lines = new();
        foreach (LayerEntry entry in entries)
        {
            using MemoryStream content = new();
            using Stream? open = entry.Open?.Invoke();
            open?.CopyTo(content);
            lines.Append($"{entry.Mode} {(open is null ? "folder" : Oci.Digest.Of(content.ToArray()).ToString())} {entry.Path}\n");
        }

        return Oci.Digest.Of(Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
