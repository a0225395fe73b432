using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>One platform of any image, whoever made it, read for a comparison.</summary>
/// <param name="Found">What its layers hold.</param>
/// <param name="Packages">Name and version of its Debian packages, as far as the image or a list of contents says them.</param>
public sealed record ComparedImage(FoundImage Found, ImmutableSortedDictionary<string, string> Packages)
{
    /// <summary>Reads a platform from a layout or a registry; its layers pass through spool files.</summary>
    /// <param name="place">Holds the image.</param>
    /// <param name="top">Its index, or its only manifest.</param>
    /// <param name="folder">For spool files; made when it is needed, and deleted.</param>
    /// <returns>Null when the image has no such platform.</returns>
    /// <exception cref="ContentException">The image is broken, incomplete, or of a kind that is not read.</exception>
    public static async Task<ComparedImage?> ReadAsync(
        IContentReader place, Descriptor top, Platform platform, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(top);
        ManifestContent content = await ManifestAsync(place, top.Digest, cancellationToken);
        if (content.MediaType == MediaType.Index)
        {
            Descriptor? child = Oci.Index.Parse(content.Bytes).Manifests.FirstOrDefault(manifest => manifest.Platform == platform);
            if (child is null)
                return null;
            content = await ManifestAsync(place, child.Digest, cancellationToken);
        }

        Manifest manifest = Manifest.Parse(content.Bytes);
        ImageConfig config = await ImageReader.ReadConfigAsync(place, manifest, cancellationToken);
        if (config.Platform != platform)
            return null;
        if (config.DiffIds.Length != manifest.Layers.Length)
            throw new ContentException($"{place.Name}: {content.Descriptor.Digest}: wanted {manifest.Layers.Length} diff ids, got {config.DiffIds.Length}");
        Layer[] layers = [.. manifest.Layers.Select((layer, i) => new Layer(layer, config.DiffIds[i], 0, ""))];
        string blobs = folder + "-blobs";
        Directory.CreateDirectory(blobs);
        try
        {
            foreach (Descriptor layer in manifest.Layers)
                await SpoolAsync(place, layer, Path.Combine(blobs, layer.Digest.Hex), cancellationToken);
            FoundImage found = await Task.Run(
                () => ImageScan.Read(layers, layer => File.OpenRead(Path.Combine(blobs, layer.Digest.Hex)), Array.Empty<string>().ToLookup(text => text), folder, cancellationToken),
                cancellationToken);
            return new ComparedImage(found, PackagesOf(found));
        }
        finally
        {
            Directory.Delete(blobs, recursive: true);
        }
    }

    /// <summary>The packages of dpkg's own list and of the lists that images without dpkg have, <c>status.d/NAME</c>.</summary>
    private static ImmutableSortedDictionary<string, string> PackagesOf(FoundImage found)
    {
        var packages = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (FoundEntry entry in found.Entries.Where(entry => entry.File?.Text is not null && entry.Path.StartsWith("var/lib/dpkg/status", StringComparison.Ordinal)))
        {
            foreach (string stanza in Encoding.UTF8.GetString(entry.File!.Text!.Value.Span).Split("\n\n"))
            {
                string[] lines = stanza.Split('\n');
                if (Field(lines, "Package") is { } name && Field(lines, "Version") is { } version && IsInstalled(Field(lines, "Status")))
                    packages[name] = version;
            }
        }

        return packages.ToImmutable();
    }

    /// <summary>By the last word: the first is what somebody wants, as <c>install</c> or <c>hold</c>. Lists without dpkg may not say it.</summary>
    private static bool IsInstalled(string? status) => status is null || status.EndsWith(" ok installed", StringComparison.Ordinal);

    private static string? Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..].Trim();

    private static async Task SpoolAsync(IContentReader place, Descriptor layer, string path, CancellationToken cancellationToken)
    {
        await using Stream blob = await place.OpenBlobAsync(layer, cancellationToken)
            ?? throw new ContentException($"{place.Name}: layer {layer.Digest} is missing");
        await using FileStream spool = File.Create(path);
        await blob.CopyToAsync(spool, cancellationToken);
    }

    private static async Task<ManifestContent> ManifestAsync(IContentReader place, Digest digest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{place.Name}: {digest} is missing");
}
