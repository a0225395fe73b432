using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>
/// An OCI image layout: a folder with <c>oci-layout</c>, <c>index.json</c> and <c>blobs/</c> (image-layout.md). One
/// process writes it at a time; several tasks of it may add blobs at once. What is read is proven by digest and size.
/// The same content always makes the same files.
/// </summary>
public sealed class OciLayout : IContentReader
{
    /// <summary>The annotation of an entry of <c>index.json</c> that holds its tag.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    private const string Version = "1.0.0";
    private const int MaximumMarkerSize = 4096;

    private readonly BlobFolder _blobs;

    private readonly string _folder;

    private OciLayout(string path, string? name = null)
    {
        _folder = path;
        Name = name ?? path;
        _blobs = new BlobFolder(path);
    }

    /// <summary>The folder, as it was named, or what it stands for.</summary>
    public string Name { get; }

    private string IndexPath => Path.Combine(_folder, "index.json");

    /// <summary>Opens the layout at <paramref name="path"/>, or makes an empty one where there is no folder or an empty one.</summary>
    /// <exception cref="ContentException">The folder holds something else; it is left as it is.</exception>
    public static OciLayout Create(string path)
    {
        OciLayout layout = new(path);
        string marker = Path.Combine(path, "oci-layout");
        if (File.Exists(marker))
        {
            layout.RequireMarker();
        }
        else
        {
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new ContentException(
                    $"{path}: wanted an OCI layout or an empty folder, got other files without 'oci-layout'; nothing was touched. "
                        + "Name another folder or move the files away"
                );
            Directory.CreateDirectory(path);
            BlobFolder.WriteAtomically(
                marker,
                OciJson.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("imageLayoutVersion", Version);
                    writer.WriteEndObject();
                })
            );
        }

        if (!File.Exists(layout.IndexPath))
            layout.WriteIndex(new Index([]));
        layout.ReadIndex();
        return layout;
    }

    /// <param name="name">What to call it, when the folder only stands for something else; null for the path.</param>
    /// <exception cref="ContentException">There is no layout, or one of another version or with a broken index.</exception>
    public static OciLayout Open(string path, string? name = null)
    {
        OciLayout layout = new(path, name);
        layout.RequireMarker();
        layout.ReadIndex();
        return layout;
    }

    /// <summary>Stores bytes as a blob; storing what is there already changes nothing.</summary>
    public async Task<Descriptor> AddBlobAsync(
        string mediaType,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken = default
    )
    {
        Descriptor descriptor = Descriptor.Of(mediaType, content.Span);
        using MemoryStream stream = new(content.ToArray(), writable: false);
        await AddBlobAsync(descriptor, stream, cancellationToken);
        return descriptor;
    }

    /// <summary>
    /// Stores a stream's bytes, read once in small pieces and proven before they get their name. A stream whose blob is
    /// there already, whole, is not read. The stream is disposed.
    /// </summary>
    /// <exception cref="ContentException">The bytes do not fit the descriptor; nothing was kept.</exception>
    public async Task AddBlobAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken = default)
    {
        await using (content)
        {
            if (!await _blobs.HoldsAsync(descriptor, cancellationToken))
                await _blobs.AddAsync(descriptor, content, cancellationToken);
        }
    }

    /// <summary>
    /// Moves a finished file into the layout after proving it against the descriptor. Afterwards the file is no longer at
    /// <paramref name="sourcePath"/>, whether the blob was there already or not.
    /// </summary>
    /// <exception cref="ContentException">The file does not fit the descriptor; it stays where it is.</exception>
    public async Task AddBlobFileAsync(Descriptor descriptor, string sourcePath, CancellationToken cancellationToken = default) =>
        await _blobs.MoveInAsync(descriptor, sourcePath, cancellationToken);

    /// <summary>Stores a manifest or index. It is reachable once <c>index.json</c> or a reachable index names it.</summary>
    /// <exception cref="ContentException">It exceeds 4 MiB.</exception>
    public async Task<Descriptor> AddManifestAsync(ManifestContent manifest, CancellationToken cancellationToken = default)
    {
        if (manifest.Bytes.Length > OciJson.MaximumManifestSize)
            throw new ContentException($"manifest: wanted at most {OciJson.MaximumManifestSize} bytes, got {manifest.Bytes.Length}");
        return await AddBlobAsync(manifest.MediaType, manifest.Bytes, cancellationToken);
    }

    /// <summary>The entries and annotations of <c>index.json</c>.</summary>
    /// <exception cref="ContentException">It is missing, too large or malformed.</exception>
    public Index ReadIndex() => ReadSmall(IndexPath, OciJson.MaximumManifestSize, Index.Parse);

    /// <summary>Replaces <c>index.json</c> in one step; readers see the old one or the new one.</summary>
    /// <exception cref="ContentException">An entry names what the layout does not hold; nothing was written.</exception>
    public void WriteIndex(Index index)
    {
        foreach (Descriptor entry in index.Manifests)
        {
            if (_blobs.LengthOf(entry.Digest) != entry.Size)
                throw new ContentException($"{IndexPath}: {entry.Digest} of {entry.Size} bytes is not in the layout; add it first");
        }

        BlobFolder.WriteAtomically(IndexPath, index.ToBytes());
    }

    /// <exception cref="ContentException">Entries of this tag disagree, or <c>index.json</c> is broken.</exception>
    public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken)
    {
        ImmutableArray<Descriptor> found =
        [
            .. ReadIndex()
                .Manifests.Where(entry => entry.Annotations.TryGetValue(RefName, out string? name) && name == tag)
                .Select(entry => new Descriptor(entry.MediaType, entry.Digest, entry.Size))
                .Distinct(),
        ];
        return found.Length > 1
            ? throw new ContentException(
                $"{IndexPath}: tag '{Printable.Of(tag)}' names {found.Length} different "
                    + $"manifests: {string.Join(", ", found.Select(d => d.Digest))}"
            )
            : Task.FromResult(found.SingleOrDefault());
    }

    public async Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_blobs.LengthOf(digest) is not { } length)
            return null;
        string path = _blobs.PathOf(digest);
        if (length is 0 or > OciJson.MaximumManifestSize)
            throw new ContentException($"{path}: wanted a manifest of 1 to {OciJson.MaximumManifestSize} bytes, got {length}");
        byte[] bytes = new byte[length];
        await using (Stream blob = _blobs.Open(new Descriptor("", digest, length))!)
            await blob.CopyToAsync(new MemoryStream(bytes), cancellationToken);
        return new ManifestContent(MediaTypeOf(bytes, path), bytes);
    }

    public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Task.FromResult(_blobs.Open(descriptor));

    /// <summary>
    /// Entries of <c>index.json</c> that say their artifact type and whose manifest has this subject. One whose manifest is missing
    /// or damaged refers to nothing.
    /// </summary>
    public async Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        List<Descriptor> referrers = [];
        // Each manifest is read once, however often a hostile index names it.
        foreach (
            Descriptor entry in ReadIndex()
                .Manifests.Where(entry => entry.ArtifactType is { } type && (artifactType ?? type) == type)
                .DistinctBy(entry => entry.Digest)
        )
        {
            if (await SubjectOfAsync(entry.Digest, cancellationToken) == subject)
                referrers.Add(entry);
        }

        return [.. referrers];
    }

    /// <summary>As <see cref="OpenBlobAsync"/>, where a missing blob is an error: a layout is on this machine's own disk.</summary>
    /// <exception cref="ContentException">It is missing or has another size; another digest shows at the stream's end.</exception>
    public Stream OpenBlob(Descriptor descriptor) =>
        _blobs.Open(descriptor) ?? throw new ContentException($"{Name}: blob {descriptor.Digest} is missing");

    /// <summary>
    /// Deletes every blob that cannot be reached from <c>index.json</c>, and what interrupted runs left. Reachable are its
    /// entries and, through OCI manifests and indexes, what they name. Nothing is deleted when one of those cannot be read.
    /// </summary>
    /// <returns>How many files were deleted.</returns>
    /// <exception cref="ContentException">A reachable manifest is missing or broken.</exception>
    public async Task<int> RemoveUnreachableAsync(CancellationToken cancellationToken = default)
    {
        HashSet<Digest> reachable = [];
        HashSet<Digest> read = [];
        Stack<Descriptor> next = new(ReadIndex().Manifests);
        while (next.TryPop(out Descriptor? descriptor))
        {
            reachable.Add(descriptor.Digest);
            if (!MediaType.IsManifest(descriptor.MediaType) || !read.Add(descriptor.Digest))
                continue;
            ManifestContent content = await ReadManifestAsync(descriptor.Digest, cancellationToken)
                ?? throw new ContentException($"{Name}: manifest {descriptor.Digest} is missing; nothing was deleted");
            foreach (Descriptor child in ChildrenOf(content))
                next.Push(child);
        }

        return _blobs.RemoveAllBut(reachable);
    }

    private async Task<Digest?> SubjectOfAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            ManifestContent? content = await ReadManifestAsync(digest, cancellationToken);
            return content is { MediaType: MediaType.Manifest } ? Manifest.Parse(content.Bytes).Subject?.Digest : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    private static IEnumerable<Descriptor> ChildrenOf(ManifestContent content) =>
        content.MediaType switch
        {
            MediaType.Index => Index.Parse(content.Bytes).Manifests,
            MediaType.Manifest => Manifest.Parse(content.Bytes).Blobs,
            _ => [],
        };

    /// <summary>A layout stores no media type beside a blob, so the document itself has to say what it is.</summary>
    private static string MediaTypeOf(ReadOnlyMemory<byte> json, string path) => OciJson.Read(json, path, root => (
                root.OptionalString("mediaType") is { } type ? MediaType.Parse(type) : null
            )
            ?? (
                root.TryGetProperty("manifests", out _) ? MediaType.Index
                : root.TryGetProperty("layers", out _) ? MediaType.Manifest
                : root.TryGetProperty("fsLayers", out _)
                    ? throw new ContentException(
                        "it is an image in Docker's first format (schema 1), which is not supported. Push it again with a newer Docker, "
                            + "or name another image"
                    )
                : throw new ContentException("it is neither a manifest nor an index")
            ));

    private void RequireMarker()
    {
        string version = ReadSmall(Path.Combine(_folder, "oci-layout"), MaximumMarkerSize, json =>
            OciJson.Read(json, "oci-layout", root => root.RequiredString("imageLayoutVersion"))
        );
        if (version != Version)
            throw Broken($"{Name}: image layout version wanted {Version}, got '{Printable.Of(version)}'");
    }

    private T ReadSmall<T>(string path, int limit, Func<ReadOnlyMemory<byte>, T> parse)
    {
        FileInfo file = new(path);
        BlobFolder.RefuseLink(file);
        if (!file.Exists || file.Length == 0)
            throw Broken($"{Name}: no OCI layout: '{file.Name}' is missing or empty");
        if (file.Length > limit)
            throw Broken($"{path}: wanted at most {limit} bytes, got {file.Length}");
        try
        {
            return parse(File.ReadAllBytes(path));
        }
        catch (ContentException e)
        {
            throw Broken($"{path}: {e.Message}", e);
        }
    }

    private static ContentException Broken(string problem, Exception? inner = null)
    {
        NextCommand assemble = new("Assemble");
        return assemble.After(new ContentException($"{problem}. Run {assemble} to make the layout", inner));
    }
}
