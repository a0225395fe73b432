using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// A layer before it is written, as a finishing step sees it. Contents can be read of this layer alone: those of lower
/// layers are gone, and what is made from them belongs into their layer, so that a package changes no layer but its own.
/// </summary>
internal sealed class UnfinishedLayer(ImageTree tree)
{
    /// <summary>The most bytes of a file that a step reads whole.</summary>
    private const int ReadLimit = 16 * 1024 * 1024;

    public required ImageDefinition Image { get; init; }

    public required LayerDefinition Definition { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>The packages of this layer, in the order they were unpacked.</summary>
    public required IReadOnlyList<PackageRecord> Packages { get; init; }

    /// <summary>What lies in this layer so far, in ordinal order of the paths.</summary>
    public IEnumerable<LayerEntry> Entries => tree.Current;

    /// <summary>The entries of this layer below a folder, which ends with a slash.</summary>
    public IEnumerable<LayerEntry> Below(string folder) => Entries.Where(entry => entry.Path.StartsWith(folder, StringComparison.Ordinal));

    /// <inheritdoc cref="ImageTree.RemoveEmptyDirectory"/>
    public void RemoveEmptyDirectory(string path) => tree.RemoveEmptyDirectory(path);

    /// <summary>Whether this layer or one below has an entry of that path.</summary>
    public bool Has(string path) => tree.Has(path);

    /// <summary>What lies at a path in this layer or one below when links are followed; null when nothing does.</summary>
    public LayerEntry? Resolve(string path) => tree.Resolve(path);

    /// <summary>The content of a file of this layer, or of the one that links lead to; the caller disposes it.</summary>
    /// <exception cref="DefinitionException">This layer has no such file.</exception>
    public Stream Open(string path, string step) =>
        tree.Resolve(path) is { Kind: LayerEntryKind.File } file && tree.IsCurrent(file)
            ? file.Open!()
            : throw new DefinitionException($"{Image.Name} {Platform}: finishing step {step}: layer {Definition.Name} has no file /{path}");

    /// <inheritdoc cref="Open"/>
    public byte[] Read(string path, string step)
    {
        using Stream content = Open(path, step);
        if (content.Length > ReadLimit)
            throw new ContentException($"finishing step {step}: /{path}: wanted at most {ReadLimit} bytes, got {content.Length}");
        byte[] bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The lines of a text file of this layer without their ends.</summary>
    /// <exception cref="DefinitionException">This layer has no such file.</exception>
    public string[] Lines(string path, string step) => Encoding.UTF8.GetString(Read(path, step)).TrimEnd('\n').Split('\n');
}
