using System.Collections.Immutable;
using System.Formats.Tar;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// One platform of an image as an archive that every Engine loads: the OCI image layout (image-layout.md), which Engines with
/// containerd's store read, and beside it <c>manifest.json</c>, which is all that older ones understand. Blobs are those of the
/// layout, unchanged, and are proven while they are sent.
/// </summary>
public sealed class EngineArchive
{
    private const string ContainerdName = "io.containerd.image.name";

    private readonly IContentReader _content;

    private EngineArchive(IContentReader content, Descriptor descriptor, Manifest manifest, ImmutableArray<Reference> names)
    {
        _content = content;
        Descriptor = descriptor;
        Manifest = manifest;
        Names = names;
    }

    /// <summary>The manifest's; its platform is the image's.</summary>
    public Descriptor Descriptor { get; }

    public Manifest Manifest { get; }

    /// <summary>What the Engine is to call the image.</summary>
    public ImmutableArray<Reference> Names { get; }

    /// <param name="content">Where manifest and blobs are.</param>
    /// <param name="descriptor">Of the manifest, with its platform.</param>
    /// <param name="names">At least one, each with a tag.</param>
    /// <exception cref="ContentException">There is no such manifest.</exception>
    public static async Task<EngineArchive> OfAsync(
        IContentReader content,
        Descriptor descriptor,
        ImmutableArray<Reference> names,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(descriptor);
        if (names.IsEmpty || names.Any(name => name.Tag is null || name.Digest is not null))
            throw new ArgumentException("wanted names with tags", nameof(names));
        ManifestContent manifest = await content.ReadManifestAsync(descriptor.Digest, cancellationToken)
            ?? throw new ContentException($"{content.Name}: manifest {descriptor.Digest} is missing");
        return new EngineArchive(content, descriptor, Manifest.Parse(manifest.Bytes), names);
    }

    /// <summary>Writes the archive, in small pieces.</summary>
    /// <exception cref="ContentException">A blob is missing or not what it must be.</exception>
    public async Task WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using TarWriter tar = new(destination, TarEntryFormat.Gnu, leaveOpen: true);
        await AddAsync(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), cancellationToken);
        await AddAsync(tar, "index.json", IndexBytes(), cancellationToken);
        await AddAsync(tar, "manifest.json", LegacyBytes(), cancellationToken);
        ManifestContent manifest = (await _content.ReadManifestAsync(Descriptor.Digest, cancellationToken))!;
        await AddAsync(tar, PathOf(Descriptor.Digest), manifest.Bytes.ToArray(), cancellationToken);
        foreach (Descriptor blob in Manifest.Blobs.DistinctBy(blob => blob.Digest))
        {
            Stream bytes = await _content.OpenBlobAsync(blob, cancellationToken)
                ?? throw new ContentException($"{_content.Name}: blob {blob.Digest} is missing");
            await AddAsync(tar, PathOf(blob.Digest), new SizedStream(bytes, blob.Size, $"blob {blob.Digest}"), cancellationToken);
        }
    }

    private static string PathOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private byte[] IndexBytes() =>
        new Oci.Index([
            .. Names.Select(name =>
                Descriptor with
                {
                    Annotations = Descriptor.NoAnnotations.Add(ContainerdName, name.ToString()).Add(OciLayout.RefName, name.Tag!),
                }
            ),
        ]).ToBytes();

    /// <summary>Docker's image specification, version 1.2, "Combined Image JSON + Filesystem Changeset Format".</summary>
    private byte[] LegacyBytes()
    {
        using MemoryStream bytes = new();
        using (System.Text.Json.Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("Config", PathOf(Manifest.Config.Digest));
            writer.WriteStartArray("RepoTags");
            foreach (Reference name in Names)
                writer.WriteStringValue(name.ToString());
            writer.WriteEndArray();
            writer.WriteStartArray("Layers");
            foreach (Descriptor layer in Manifest.Layers)
                writer.WriteStringValue(PathOf(layer.Digest));
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        return bytes.ToArray();
    }

    private static Task AddAsync(TarWriter tar, string path, byte[] content, CancellationToken cancellationToken) =>
        AddAsync(tar, path, new MemoryStream(content, writable: false), cancellationToken);

    private static async Task AddAsync(TarWriter tar, string path, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            GnuTarEntry entry = new(TarEntryType.RegularFile, path)
            {
                Mode = (UnixFileMode)0x1A4,
                ModificationTime = DateTimeOffset.UnixEpoch,
                AccessTime = default,
                ChangeTime = default,
                DataStream = content,
            };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }
}
