using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>
/// Whether all that some manifests lead to is on every registry. Each manifest is read once, from the first registry that has
/// it, and proven by its digest; otherwise asking is by HEAD, which limits on pulling do not count. So a manifest whose bytes one
/// registry garbles while another has them right is not noticed here: whoever pulls it does.
/// </summary>
internal sealed class ContentSurvey(string image, ImmutableArray<Repository> sites)
{
    private const int Parallelism = 8;

    /// <summary>More than these are not looked for in all, nor kept: whoever may push could name content without end.</summary>
    private const int MostAsked = 100_000,
        MostKept = 20_000;

    private readonly Dictionary<Digest, ManifestParts?> _parts = [];
    private readonly HashSet<(Repository, Digest)> _asked = [];
    private readonly ConcurrentBag<DriftFinding> _findings = [];
    private int _kept;
    private int _omitted;
    private bool _isFull;

    /// <summary>Manifests and blobs that were asked for so far.</summary>
    public int Count => _asked.Count;

    public IEnumerable<DriftFinding> Findings => _findings;

    /// <summary>Findings that are not among these.</summary>
    public int Omitted => _omitted;

    /// <summary>Looks for a manifest on one registry, and for everything below it.</summary>
    /// <returns>It and the manifests it names: what is to be signed.</returns>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<ImmutableArray<Digest>> CheckAsync(Repository site, Digest root, CancellationToken cancellationToken)
    {
        if (_asked.Count >= MostAsked)
        {
            if (!_isFull)
                Find(
                    DriftKind.ContentBeyondLimit,
                    site,
                    root,
                    $"the tags lead to more than {MostAsked} manifests and blobs: the rest, from {root} on, was not checked. "
                        + "Narrow it with --tags PATTERN, and find out who pushes there"
                );
            _isFull = true;
            return [];
        }

        ManifestParts? parts = await PartsAsync(root, cancellationToken);
        await RequireManifestAsync(site, root, "a tag names it", cancellationToken);
        if (parts is null)
            return [root];
        List<(Descriptor Blob, Digest Owner)> blobs = [.. parts.Blobs.Select(blob => (blob, root))];
        foreach (Descriptor child in parts.Manifests)
        {
            await RequireManifestAsync(
                site,
                child.Digest,
                $"index {root.Abbreviated} names it{(child.Platform is null ? "" : $" for {child.Platform}")}",
                cancellationToken
            );
            blobs.AddRange((await PartsAsync(child.Digest, cancellationToken))?.Blobs.Select(blob => (blob, child.Digest)) ?? []);
        }

        await Parallel.ForEachAsync(
            blobs.Where(each => _asked.Add((site, each.Blob.Digest))).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (each, token) => await RequireBlobAsync(site, each.Blob, each.Owner, token)
        );
        return [root, .. parts.Manifests.Select(child => child.Digest)];
    }

    private async Task RequireManifestAsync(Repository site, Digest digest, string why, CancellationToken cancellationToken)
    {
        if (_asked.Add((site, digest)) && !await site.HasManifestAsync(digest, cancellationToken))
            Find(DriftKind.ChildMissing, site, digest, $"manifest {digest} is missing; {why}");
    }

    private async Task RequireBlobAsync(Repository site, Descriptor blob, Digest owner, CancellationToken cancellationToken)
    {
        try
        {
            if (!await site.HasBlobAsync(blob, cancellationToken))
                Find(DriftKind.ChildMissing, site, blob.Digest, $"blob {blob.Digest} is missing; manifest {owner.Abbreviated} names it");
        }
        catch (ContentException e)
        {
            Find(DriftKind.ContentDamaged, site, blob.Digest, e.Message);
        }
    }

    /// <summary>What a manifest names, from the first registry that has it whole; null when none has.</summary>
    /// <exception cref="RegistryException">None has it so far, and one of them gave no definite answer.</exception>
    private async Task<ManifestParts?> PartsAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_parts.TryGetValue(digest, out ManifestParts? known))
            return known;
        RegistryException? unsure = null;
        foreach (Repository site in sites)
        {
            try
            {
                if (await site.ReadManifestAsync(digest, cancellationToken) is { } content)
                    return Kept(digest, ManifestParts.Of(content));
            }
            catch (ContentException e)
            {
                Find(DriftKind.ContentDamaged, site, digest, e.Message);
            }
            catch (RegistryException e)
            {
                unsure = e;
            }
        }

        return unsure is null ? _parts[digest] = null : throw unsure;
    }

    /// <summary>Within bounds: what is not kept is read again where it is needed again.</summary>
    private ManifestParts Kept(Digest digest, ManifestParts parts)
    {
        if (_kept + parts.Count > MostKept)
            return parts;
        _kept += parts.Count;
        return _parts[digest] = parts;
    }

    private void Find(DriftKind kind, Repository site, Digest digest, string text)
    {
        if (_findings.Count < Drift.MostFindings)
            _findings.Add(new DriftFinding(kind, image, site.Name, null, digest, text));
        else
            Interlocked.Increment(ref _omitted);
    }
}

/// <summary>What a manifest or index names.</summary>
internal sealed record ManifestParts(ImmutableArray<Descriptor> Manifests, ImmutableArray<Descriptor> Blobs)
{
    /// <summary>No image of ours has more parts.</summary>
    private const int MostParts = 512;

    public int Count => Manifests.Length + Blobs.Length;

    /// <exception cref="ContentException">It is damaged, of a type that we do not publish, or names more than any image has.</exception>
    public static ManifestParts Of(ManifestContent content) =>
        Read(content) is var parts && parts.Count <= MostParts
            ? parts
            : throw new ContentException($"{content.Descriptor.Digest}: wanted at most {MostParts} parts, got {parts.Count}");

    private static ManifestParts Read(ManifestContent content) =>
        content.MediaType switch
        {
            MediaType.Index => new ManifestParts(Oci.Index.Parse(content.Bytes).Manifests, []),
            MediaType.Manifest => new ManifestParts([], [.. Manifest.Parse(content.Bytes).Blobs]),
            _ => throw new ContentException(
                $"{content.Descriptor.Digest}: media type wanted {MediaType.Index} or {MediaType.Manifest}, "
                    + $"got {Printable.Of(content.MediaType)}"
            ),
        };
}
