using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// What a registry holds, in a folder: bytes once by digest, and for each repository small files that say which blobs,
/// manifests and tags it has. Every file gets its name only when it is complete, so a killed process leaves nothing half.
/// </summary>
/// <remarks>
/// <c>blobs/sha256/HEX</c>; <c>repositories/NAME/_blobs/sha256/HEX</c> (empty), <c>…/_manifests/sha256/HEX</c> (media
/// type), <c>…/_tags/TAG</c> (digest); <c>uploads/ID</c>. No part of a repository's name begins with an underscore.
/// </remarks>
internal sealed class ContentStore
{
    private readonly string _root;
    private readonly Lock _names = new();

    /// <summary>Opens the folder, for this process alone; what a killed one was still receiving is dropped.</summary>
    public ContentStore(string root)
    {
        _root = Path.GetFullPath(root);
        if (Directory.Exists(Uploads))
            Directory.Delete(Uploads, recursive: true);
        Directory.CreateDirectory(Uploads);
    }

    private string Uploads => Path.Combine(_root, "uploads");

    /// <summary>A new name for a file that is still being received.</summary>
    public string NewUpload(out string id)
    {
        id = Guid.NewGuid().ToString();
        return Path.Combine(Uploads, id);
    }

    /// <summary>The file with a repository's blob; null when that repository has no such blob.</summary>
    public FileInfo? Blob(string repository, Digest digest)
    {
        FileInfo file = new(Bytes(digest));
        return File.Exists(Mark(repository, "_blobs", digest)) && file.Exists ? file : null;
    }

    /// <summary>Takes over a received and verified file as a repository's blob.</summary>
    public void KeepBlob(string repository, Digest digest, string received)
    {
        string file = Bytes(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Move(received, file, overwrite: true);
        Write(Mark(repository, "_blobs", digest), "");
    }

    /// <summary>Makes a blob of one repository one of another, too; false when the first has no such blob.</summary>
    public bool Mount(string from, string repository, Digest digest)
    {
        if (Blob(from, digest) is null)
            return false;
        Write(Mark(repository, "_blobs", digest), "");
        return true;
    }

    public ManifestContent? Manifest(string repository, Digest digest)
    {
        string mark = Mark(repository, "_manifests", digest);
        lock (_names)
            return File.Exists(mark) ? new ManifestContent(File.ReadAllText(mark), File.ReadAllBytes(Bytes(digest))) : null;
    }

    public void KeepManifest(string repository, Digest digest, ManifestContent manifest, string? tag)
    {
        Write(Bytes(digest), manifest.Bytes.Span);
        lock (_names)
        {
            Write(Mark(repository, "_manifests", digest), manifest.MediaType);
            if (tag is not null)
                Write(Path.Combine(Repository(repository), "_tags", tag), digest.ToString());
        }
    }

    public Digest? Tagged(string repository, string tag)
    {
        string file = Path.Combine(Repository(repository), "_tags", tag);
        lock (_names)
            return File.Exists(file) ? Digest.Parse(File.ReadAllText(file)) : null;
    }

    /// <summary>A repository's tags in ordinal order; null when there is no such repository.</summary>
    public IReadOnlyList<string>? Tags(string repository)
    {
        string folder = Path.Combine(Repository(repository), "_tags");
        if (Directory.Exists(folder))
            return [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        return Directory.Exists(Repository(repository)) && Directory.EnumerateDirectories(Repository(repository), "_*").Any() ? [] : null;
    }

    /// <summary>False when there is no such tag.</summary>
    public bool DeleteTag(string repository, string tag)
    {
        lock (_names)
            return Delete(Path.Combine(Repository(repository), "_tags", tag));
    }

    /// <summary>Takes a manifest off its repository, and every tag that names it; false when it is not there.</summary>
    public bool DeleteManifest(string repository, Digest digest)
    {
        lock (_names)
        {
            foreach (string tag in (Tags(repository) ?? []).Where(tag => Tagged(repository, tag) == digest))
                DeleteTag(repository, tag);
            return Delete(Mark(repository, "_manifests", digest));
        }
    }

    /// <summary>Takes a blob off its repository; the bytes stay, for others may have them. False when it is not there.</summary>
    public bool DeleteBlob(string repository, Digest digest) => Delete(Mark(repository, "_blobs", digest));

    /// <summary>
    /// Deletes every manifest that no tag reaches, as registries do in the background. A tag reaches its manifest, what an
    /// index lists, and whatever has a kept manifest as its subject. Returns what went, in no order.
    /// </summary>
    public IReadOnlyList<Digest> CollectUntagged()
    {
        lock (_names)
            return [.. Repositories().SelectMany(CollectUntagged)];
    }

    private List<Digest> CollectUntagged(string repository)
    {
        Dictionary<Digest, ManifestDocument> all = Manifests(repository).ToDictionary(
            digest => digest, digest => ManifestDocument.Parse(Manifest(repository, digest)!.Bytes));
        HashSet<Digest> kept = [];
        Queue<Digest> reached = new((Tags(repository) ?? []).Select(tag => Tagged(repository, tag)!));
        while (reached.TryDequeue(out Digest? digest))
        {
            if (!all.TryGetValue(digest, out ManifestDocument? document) || !kept.Add(digest))
                continue;
            foreach (Descriptor child in document.Children)
                reached.Enqueue(child.Digest);
            foreach ((Digest referrer, _) in all.Where(entry => entry.Value.Subject?.Digest == digest))
                reached.Enqueue(referrer);
        }

        List<Digest> gone = [.. all.Keys.Where(digest => !kept.Contains(digest))];
        foreach (Digest digest in gone)
            DeleteManifest(repository, digest);
        return gone;
    }

    private IEnumerable<string> Repositories()
    {
        string root = Path.Combine(_root, "repositories");
        return Directory.Exists(root)
            ? Directory.EnumerateDirectories(root, "_manifests", SearchOption.AllDirectories).Select(found => Path.GetRelativePath(root, Path.GetDirectoryName(found)!))
            : [];
    }

    private IEnumerable<Digest> Manifests(string repository) =>
        Directory.EnumerateFiles(Path.Combine(Repository(repository), "_manifests"), "*", SearchOption.AllDirectories)
            .Select(file => Digest.Parse($"{Path.GetFileName(Path.GetDirectoryName(file))}:{Path.GetFileName(file)}"));

    private string Repository(string repository) => Path.Combine(_root, "repositories", repository);

    private string Bytes(Digest digest) => Path.Combine(_root, "blobs", digest.Algorithm, digest.Hex);

    private string Mark(string repository, string kind, Digest digest) =>
        Path.Combine(Repository(repository), kind, digest.Algorithm, digest.Hex);

    private void Write(string file, string text) => Write(file, Encoding.UTF8.GetBytes(text));

    private void Write(string file, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string half = NewUpload(out _);
        File.WriteAllBytes(half, bytes);
        File.Move(half, file, overwrite: true);
    }

    private static bool Delete(string file)
    {
        if (!File.Exists(file))
            return false;
        File.Delete(file);
        return true;
    }
}
