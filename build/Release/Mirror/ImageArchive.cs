using System.Collections.Immutable;
using System.Formats.Tar;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// One image with what was verified about it as a single file: the tar of an OCI image layout, with cosign's tags and the referrers
/// beside the image in its index. skopeo reads it as <c>oci-archive:FILE:TAG</c>. The same content gives the same bytes.
/// </summary>
/// <param name="release">Where the verified image and what is said about it are read.</param>
/// <param name="believed">Whose signatures and statements go along: the signer's, and those of who had to build it again.</param>
public sealed class ImageArchive(VerificationRequest release, ImmutableArray<ITrustedSigner> believed)
{
    private const int MaximumManifests = 4096;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SortedDictionary<string, (Descriptor Blob, IContentReader Place)> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, ManifestContent> _manifests = [];

    /// <summary>How many bytes may come along of what nobody here verified; null when none of it is wanted.</summary>
    public long? MostUnverified { get; init; }

    /// <summary>Sigstore's trusted root that the release was verified with; null where no identity signed.</summary>
    public ReadOnlyMemory<byte>? TrustedRoot { get; init; }

    /// <summary>Writes it beside <paramref name="file"/> and gives it its name when it is whole.</summary>
    /// <param name="root">The index, or the manifest of an image without one.</param>
    /// <param name="tag">The tag that the root gets.</param>
    /// <returns>What is said about the image there and did not come along, and why.</returns>
    /// <exception cref="ContentException">Something of the image is missing, or not what its descriptor says; nothing was kept.</exception>
    public async Task<ImmutableArray<string>> WriteAsync(string file, Digest root, string tag, CancellationToken cancellationToken)
    {
        List<Descriptor> entries = [Tagged(await AddAsync(release.Content, root, cancellationToken), tag)];
        ManifestContent[] subjects = [.. _manifests.Values];
        VerifiedEvidence evidence = await VerifiedEvidence.ReadAsync(subjects, release, believed, cancellationToken);
        foreach ((Descriptor entry, string? name) in evidence.Entries)
            entries.Add(await AddEntryAsync(evidence.Content, entry, name, cancellationToken));
        string unfinished = file + ".unfinished";
        using UnverifiedReferrers others = new(release.Signatures, unfinished + ".referrers", MostUnverified ?? 0);
        try
        {
            if (MostUnverified is not null)
            {
                foreach (Descriptor entry in await others.ReadAsync(subjects, [.. _manifests.Keys], cancellationToken))
                    entries.Add(await AddEntryAsync(others.Content, entry, null, cancellationToken));
            }

            await WriteAsync(unfinished, new Oci.Index([.. entries]), cancellationToken);
            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return [.. evidence.LeftOut, .. others.LeftOut];
    }

    private async Task WriteAsync(string file, Oci.Index index, CancellationToken cancellationToken)
    {
        await using FileStream output = new(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await using TarWriter tar = new(output, TarEntryFormat.Ustar);
        await WriteAsync(tar, "oci-layout", new MemoryStream("{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray()), cancellationToken);
        await WriteAsync(tar, "index.json", new MemoryStream(index.ToBytes()), cancellationToken);
        if (TrustedRoot is { } root)
            await WriteAsync(tar, CarriedRoot.FileName, new MemoryStream(root.ToArray(), writable: false), cancellationToken);
        foreach ((Descriptor blob, IContentReader place) in _blobs.Values)
            await WriteAsync(
                tar,
                $"blobs/{blob.Digest.Algorithm}/{blob.Digest.Hex}",
                await OpenAsync(blob, place, cancellationToken),
                cancellationToken
            );
    }

    private async Task<Descriptor> AddEntryAsync(IContentReader place, Descriptor entry, string? tag, CancellationToken cancellationToken)
    {
        Descriptor added = await AddAsync(place, entry.Digest, cancellationToken);
        return tag is null ? added with { ArtifactType = entry.ArtifactType } : Tagged(added, tag);
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
        ManifestParts parts = ManifestParts.Of(content);
        foreach (Descriptor child in parts.Manifests)
            await AddAsync(place, child.Digest, cancellationToken);
        foreach (Descriptor blob in parts.Blobs)
            _blobs.TryAdd(blob.Digest.ToString(), (blob, place));
        return content.Descriptor;
    }

    private async Task<Stream> OpenAsync(Descriptor blob, IContentReader place, CancellationToken cancellationToken) =>
        _manifests.TryGetValue(blob.Digest, out ManifestContent? manifest)
            ? new MemoryStream(manifest.Bytes.ToArray(), writable: false)
            : await place.OpenBlobAsync(blob, cancellationToken)
                ?? throw new ContentException($"{place.Name}: blob {blob.Digest} is missing; nothing was saved");

    private static async Task WriteAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            UstarTarEntry entry = new(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                Mode = Readable,
                ModificationTime = DateTimeOffset.UnixEpoch,
            };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static Descriptor Tagged(Descriptor entry, string tag) =>
        entry with
        {
            Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
        };
}
