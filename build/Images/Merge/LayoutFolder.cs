using Slipway.Oci;

namespace Slipway.Images;

/// <summary>A layout in a folder that a command line names.</summary>
/// <param name="Results">The folder with the layout and what lies beside it.</param>
/// <param name="Layout">The layout itself.</param>
/// <param name="Image">The image's name, where the folder is one of several in an artifacts folder; else null.</param>
public sealed record LayoutFolder(string Results, string Layout, string? Image)
{
    private const string Marker = "oci-layout",
        Name = "layout";

    /// <summary>More folders than this are not looked into.</summary>
    private const int MostFolders = 1000;

    /// <summary>Finds the layouts of an artifacts folder, of an image's folder in it, or the layout that a folder is.</summary>
    /// <exception cref="ContentException">There is none.</exception>
    public static IReadOnlyList<LayoutFolder> Find(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(Path.Combine(path, Marker)))
            return [new LayoutFolder(Path.GetDirectoryName(path) ?? path, path, null)];
        if (File.Exists(Path.Combine(path, Name, Marker)))
            return [new LayoutFolder(path, Path.Combine(path, Name), null)];
        string[] below = [.. Directory.EnumerateDirectories(path).Take(MostFolders + 1)];
        if (below.Length > MostFolders)
            throw new ContentException($"{folder}: wanted at most {MostFolders} folders, got more; nothing was merged");
        LayoutFolder[] found =
        [
            .. below
                .Order(StringComparer.Ordinal)
                .Where(each => File.Exists(Path.Combine(each, Name, Marker)))
                .Select(each => new LayoutFolder(each, Path.Combine(each, Name), Path.GetFileName(each))),
        ];
        return found.Length > 0
            ? found
            : throw new ContentException(
                $"{folder}: no layout is here; wanted an artifacts folder, the folder of an image in it, or a layout; nothing was merged"
            );
    }

    /// <exception cref="ContentException">It is none of ours, or of another image than its folder says.</exception>
    public async Task<LayoutPart> ReadAsync(CancellationToken cancellationToken)
    {
        LayoutPart part = await LayoutPart.ReadAsync(Results, Layout, cancellationToken);
        return Image is null || Image == part.Image.Name
            ? part
            : throw new ContentException(
                $"{Results}: it holds a layout of {part.Image.Name}, wanted one of {Printable.Of(Image)}; nothing was merged"
            );
    }
}
