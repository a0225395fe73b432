using System.Formats.Tar;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// One image with all that is said about it as a single file: the tar of an OCI image layout, with cosign's tags and the referrers
/// beside the image in its index. skopeo reads it as <c>oci-archive:FILE:TAG</c>. The same content gives the same bytes.
/// </summary>
/// <param name="image">Holds the image.</param>
/// <param name="trust">Holds what is said about it; may be the same.</param>
public sealed class ImageArchive(IContentReader image, IContentReader trust)
{
    private const int MaximumManifests = 4096;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SortedDictionary<string, (Descriptor Blob, IContentReader Place)> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, ManifestContent> _manifests = [];

    /// <summary>Writes it beside <paramref name="file"/> and gives it its name when it is whole.</summary>
    /// <param name="root">The index, or the manifest of an image without one.</param>
    /// <param name="tag">The tag that the root gets.</param>
    /// <exception cref="ContentException">Something is missing, or not what its descriptor says; nothing was kept.</exception>
    public async Task WriteAsync(string file, Digest root, string tag, CancellationToken cancellationToken)
    {
        Oci.Index index = await ReadAsync(root, tag, cancellationToken);
        string unfinished = file + ".unfinished";
        try
        {
            await using (FileStream output = new(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            await using (TarWriter tar = new(output, TarEntryFormat.Ustar))
            {
                await WriteAsync(tar, "oci-layout", new MemoryStream("{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray()), cancellationToken);
                await WriteAsync(tar, "index.json", new MemoryStream(index.ToBytes()), cancellationToken);
                foreach ((Descriptor blob, IContentReader place) in _blobs.Values)
                    await WriteAsync(tar, $"blobs/{blob.Digest.Algorithm}/{blob.Digest.Hex}", await OpenAsync(blob, place, cancellationToken), cancellationToken);
            }

            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private async Task<Oci.Index> ReadAsync(Digest root, string tag, CancellationToken cancellationToken)
    {
        List<Descriptor> entries = [Tagged(await AddAsync(image, root, cancellationToken), tag)];
        foreach (Digest subject in _manifests.Keys.ToArray())
        {
            foreach (string name in (string[])[SignatureManifest.TagOf(subject), AttestationLayer.TagOf(subject)])
            {
                if (await trust.ResolveAsync(name, cancellationToken) is { } said)
                    entries.Add(Tagged(await AddAsync(trust, said.Digest, cancellationToken), name));
            }

            // Each place lists them in an order of its own.
            foreach (Descriptor referrer in (await trust.ReferrersAsync(subject, null, cancellationToken)).OrderBy(referrer => referrer.Digest.ToString(), StringComparer.Ordinal))
                entries.Add(await AddAsync(trust, referrer.Digest, cancellationToken) with { ArtifactType = referrer.ArtifactType });
        }

        return new Oci.Index([.. entries]);
    }

    /// <summary>Takes in a manifest with all that it names.</summary>
    private async Task<Descriptor> AddAsync(IContentReader place, Digest digest, CancellationToken cancellationToken)
    {
        if (_manifests.TryGetValue(digest, out ManifestContent? known))
            return known.Descriptor;
        ManifestContent content = await place.ReadManifestAsync(digest, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {digest} is missing; nothing was saved");
        _manifests.Add(digest, content);
        if (_manifests.Count > MaximumManifests)
            throw new ContentException($"{place.Name}: there are more than {MaximumManifests} manifests; nothing was saved");
        _blobs[digest.ToString()] = (content.Descriptor, place);
        if (content.MediaType == MediaType.Index)
        {
            foreach (Descriptor child in Oci.Index.Parse(content.Bytes).Manifests)
                await AddAsync(place, child.Digest, cancellationToken);
        }
        else
        {
            foreach (Descriptor blob in Manifest.Parse(content.Bytes).Blobs)
                _blobs[blob.Digest.ToString()] = (blob, place);
        }

        return content.Descriptor;
    }

    private async Task<Stream> OpenAsync(Descriptor blob, IContentReader place, CancellationToken cancellationToken) =>
        _manifests.TryGetValue(blob.Digest, out ManifestContent? manifest)
            ? new MemoryStream(manifest.Bytes.ToArray(), writable: false)
            : await place.OpenBlobAsync(blob, cancellationToken) ?? throw new ContentException($"{place.Name}: blob {blob.Digest} is missing; nothing was saved");

    private static async Task WriteAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            UstarTarEntry entry = new(TarEntryType.RegularFile, name) { DataStream = content, Mode = Readable, ModificationTime = DateTimeOffset.UnixEpoch };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static Descriptor Tagged(Descriptor entry, string tag) => entry with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag) };
}
