using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// What a registry holds: bytes once by digest, and for each repository small files that say which blobs, manifests, tags
/// and referrers it has.
/// </summary>
/// <remarks>
/// <c>blobs/sha256/HEX</c>; <c>repositories/NAME/_blobs/sha256/HEX</c> (empty), <c>…/_manifests/sha256/HEX</c> (media
/// type), <c>…/_tags/TAG</c> (digest), <c>…/_referrers/sha256/HEX/sha256/HEX</c> (of subject and referrer; its descriptor).
/// No part of a repository's name begins with an underscore.
/// </remarks>
internal sealed class ContentStore
{
    private const string Root = "repositories";

    private static readonly string[] Kinds = ["_blobs", "_manifests", "_tags"];

    private readonly RehearsalStorage _storage;
    private readonly Lock _names = new();

    public ContentStore(RehearsalStorage storage)
    {
        _storage = storage;
        storage.Begin();
    }

    public IStoragePart NewPart() => _storage.NewPart();

    public bool HasBlob(string repository, Digest digest) => _storage.Exists(Blob(repository, digest));

    /// <summary>A repository's blob; null when that repository has no such blob. The caller disposes it.</summary>
    public Stream? OpenBlob(string repository, Digest digest) => HasBlob(repository, digest) ? _storage.Open(Bytes(digest)) : null;

    /// <summary>Takes over received and verified bytes as a repository's blob.</summary>
    public void KeepBlob(string repository, Digest digest, IStoragePart received)
    {
        received.KeepAs(Bytes(digest));
        Write(Blob(repository, digest), "");
    }

    /// <summary>Makes a blob of one repository one of another, too; false when the first has no such blob.</summary>
    public bool Mount(string from, string repository, Digest digest)
    {
        if (!HasBlob(from, digest))
            return false;
        Write(Blob(repository, digest), "");
        return true;
    }

    /// <summary>Takes a blob off its repository; the bytes stay, for others may have them. False when it is not there.</summary>
    public bool DeleteBlob(string repository, Digest digest) => _storage.Delete(Blob(repository, digest));

    public bool HasManifest(string repository, Digest digest) => _storage.Exists(Manifest(repository, digest));

    public ManifestContent? ReadManifest(string repository, Digest digest)
    {
        lock (_names)
        {
            return Read(Manifest(repository, digest)) is { } type && Read(Bytes(digest)) is { } bytes
                ? new ManifestContent(Encoding.UTF8.GetString(type), bytes)
                : null;
        }
    }

    /// <param name="tags">Names that it gets, whatever they named before.</param>
    public void KeepManifest(string repository, Digest digest, ManifestContent manifest, IEnumerable<string> tags)
    {
        ManifestDocument document = ManifestDocument.Parse(manifest.Bytes);
        _storage.Write(Bytes(digest), manifest.Bytes.Span);
        lock (_names)
        {
            Write(Manifest(repository, digest), manifest.MediaType);
            if (document.Subject is { } subject)
                _storage.Write(
                    Referrer(repository, subject.Digest, digest),
                    OciJson.Write(writer => writer.WriteDescriptor(document.Describe(manifest, digest)))
                );
            foreach (string tag in tags)
                Write(Tag(repository, tag), digest.ToString());
        }
    }

    /// <summary>Takes a manifest off its repository, and every tag that names it; false when it is not there.</summary>
    public bool DeleteManifest(string repository, Digest digest)
    {
        lock (_names)
        {
            if (ReadManifest(repository, digest) is not { } manifest)
                return false;
            foreach (string tag in Tags(repository).Where(tag => Tagged(repository, tag) == digest))
                DeleteTag(repository, tag);
            if (ManifestDocument.Parse(manifest.Bytes).Subject is { } subject)
                _storage.Delete(Referrer(repository, subject.Digest, digest));
            return _storage.Delete(Manifest(repository, digest));
        }
    }

    public Digest? Tagged(string repository, string tag)
    {
        lock (_names)
            return Read(Tag(repository, tag)) is { } digest ? Digest.Parse(Encoding.UTF8.GetString(digest)) : null;
    }

    /// <summary>A repository's tags in ordinal order.</summary>
    public IReadOnlyList<string> Tags(string repository)
    {
        lock (_names)
            return [.. _storage.List($"{Root}/{repository}/_tags").Order(StringComparer.Ordinal)];
    }

    /// <summary>False when there is no such tag.</summary>
    public bool DeleteTag(string repository, string tag)
    {
        lock (_names)
            return _storage.Delete(Tag(repository, tag));
    }

    /// <summary>What has this subject, in the order of digests.</summary>
    public IReadOnlyList<Descriptor> Referrers(string repository, Digest subject)
    {
        string folder = $"{Root}/{repository}/_referrers/{subject.Algorithm}/{subject.Hex}";
        lock (_names)
        {
            return
            [
                .. _storage
                    .List(folder)
                    .Order(StringComparer.Ordinal)
                    .Select(name => OciJson.Read(Read($"{folder}/{name}")!, "referrer", OciJson.ReadDescriptor)),
            ];
        }
    }

    /// <summary>Whether anything was pushed to it and is still there.</summary>
    public bool HasRepository(string repository) => Kinds.Any(kind => _storage.List($"{Root}/{repository}/{kind}").Count > 0);

    /// <summary>The repositories that have a blob, in no order.</summary>
    public IEnumerable<string> RepositoriesWith(Digest digest) => Repositories("/_blobs/" + Part(digest));

    /// <summary>
    /// Deletes every manifest that no tag reaches, as registries do in the background. A tag reaches its manifest, what an
    /// index lists, and whatever has a kept manifest as its subject. Returns what went, in no order.
    /// </summary>
    public IReadOnlyList<Digest> CollectUntagged()
    {
        lock (_names)
            return [.. Repositories("/_manifests/").Distinct().ToList().SelectMany(CollectUntagged)];
    }

    private List<Digest> CollectUntagged(string repository)
    {
        Dictionary<Digest, ManifestDocument> all = _storage
            .List($"{Root}/{repository}/_manifests")
            .Select(name => Digest.Parse(name.Replace('/', ':')))
            .ToDictionary(digest => digest, digest => ManifestDocument.Parse(ReadManifest(repository, digest)!.Bytes));
        HashSet<Digest> kept = [];
        Queue<Digest> reached = new(Tags(repository).Select(tag => Tagged(repository, tag)!));
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

    /// <summary>The repository of each file whose name holds this part.</summary>
    private IEnumerable<string> Repositories(string part) =>
        _storage
            .List(Root)
            .Where(name => name.Contains(part, StringComparison.Ordinal))
            .Select(name => name[..name.IndexOf(part, StringComparison.Ordinal)]);

    private static string Bytes(Digest digest) => "blobs/" + Part(digest);

    private static string Blob(string repository, Digest digest) => $"{Root}/{repository}/_blobs/{Part(digest)}";

    private static string Manifest(string repository, Digest digest) => $"{Root}/{repository}/_manifests/{Part(digest)}";

    private static string Referrer(string repository, Digest subject, Digest digest) =>
        $"{Root}/{repository}/_referrers/{Part(subject)}/{Part(digest)}";

    private static string Tag(string repository, string tag) => $"{Root}/{repository}/_tags/{tag}";

    private static string Part(Digest digest) => $"{digest.Algorithm}/{digest.Hex}";

    private void Write(string name, string text) => _storage.Write(name, Encoding.UTF8.GetBytes(text));

    private byte[]? Read(string name)
    {
        using Stream? file = _storage.Open(name);
        if (file is null)
            return null;
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
